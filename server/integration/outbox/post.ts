/** One message to one receiver over HTTP, and what its answer means. */
import { createHmac } from 'node:crypto';
import type { IntegrationTarget } from '#contract/config/integration.ts';
import type { OutMessage } from '#contract/integration/messages.ts';
import { b2mmlJson, b2mmlXml } from '../formats/b2mml-out.ts';
import type { B2mmlContext } from '../formats/b2mml-parts.ts';

export interface Posting {
  readonly target: IntegrationTarget;
  readonly message: OutMessage;
  /** Of this receiver. */
  readonly number: number;
}

export type Verdict =
  | { readonly kind: 'sent' }
  /**
   * `refused`: this very message will never be taken. `failed`: another try may help; `down`: it says something about the
   * receiver, not about the message.
   */
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'failed'; readonly problem: string; readonly down: boolean; readonly retryAfterMs: number | null };

export interface PostParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly b2mml: Omit<B2mmlContext, 'createdAt'>;
  readonly now: () => number;
}

/** Longest pause that a receiver may ask for with Retry-After. */
const longestRetryAfterMs = 3_600_000;
const answerBytes = 2_000;

/**
 * Goes to the configured address and nowhere else: redirects are not followed.
 * Header `linewright-signature: t=<seconds>,v1=<hex>` is HMAC-SHA256 with the shared key over `<seconds>.<body>`.
 * Never rejects. @param stop aborts the request.
 */
export async function post(posting: Posting, parts: PostParts, stop: AbortSignal): Promise<Verdict> {
  const { target, message, number } = posting;
  const secrets = secretsOf(target, parts.environment);
  if ('missing' in secrets) return failed(`environment variable ${secrets.missing} is not set on the server`, true);
  const { body, contentType } = render(target, message, {
    ...parts.b2mml,
    createdAt: new Date(parts.now()).toISOString(),
  });
  const seconds = Math.floor(parts.now() / 1_000);
  const headers: Record<string, string> = {
    'content-type': contentType,
    'idempotency-key': message.key,
    'linewright-kind': message.kind,
    'linewright-number': String(number),
    'user-agent': 'linewright',
  };
  if (secrets.key !== null) {
    const signature = createHmac('sha256', secrets.key).update(`${seconds}.${body}`).digest('hex');
    headers['linewright-signature'] = `t=${seconds},v1=${signature}`;
  }
  if (secrets.authorization !== null) headers['authorization'] = secrets.authorization;
  try {
    const answer = await fetch(target.url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(target.timeoutMs)]),
    });
    const text = await beginningOf(answer);
    return judge(answer, text, parts.now());
  } catch (error) {
    return failed(transportProblem(error, target.timeoutMs), true);
  }
}

const failed = (problem: string, down: boolean, retryAfterMs: number | null = null): Verdict => ({
  kind: 'failed',
  problem,
  down,
  retryAfterMs,
});

function secretsOf(
  { secretVariable, authorizationVariable }: IntegrationTarget,
  environment: PostParts['environment'],
): { readonly key: string | null; readonly authorization: string | null } | { readonly missing: string } {
  const value = (name: string | undefined): string | null => (name === undefined ? null : (environment[name] ?? ''));
  const key = value(secretVariable);
  const authorization = value(authorizationVariable);
  if (key === '') return { missing: secretVariable ?? '' };
  if (authorization === '') return { missing: authorizationVariable ?? '' };
  return { key, authorization };
}

/** What is sent; also what the dead letters show. */
export function render(
  { format, document }: Pick<IntegrationTarget, 'format' | 'document'>,
  message: OutMessage,
  context: B2mmlContext,
): { readonly body: string; readonly contentType: string } {
  // `linewright check` lets no target have calls as B2MML; one that was told under another file is told as it can be.
  if ('callId' in message) return { body: JSON.stringify(message), contentType: 'application/json' };
  switch (format) {
    case 'json':
      return { body: JSON.stringify(message), contentType: 'application/json' };
    case 'b2mml-json':
      return { body: b2mmlJson([message], document, context), contentType: 'application/json' };
    case 'b2mml-xml':
      return { body: b2mmlXml([message], document, context), contentType: 'application/xml' };
  }
}

/**
 * 2xx: taken. 400, 413, 415, 422: it will never be taken as it is. 3xx, 401, 403, 404, 405, 410: the address or the key is
 * wrong, which a person puts right: tried on. 408, 409, 425, 429, 5xx: tried on.
 */
function judge(answer: Response, text: string, now: number): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const said = text === '' ? '' : `: ${text}`;
  if (status >= 300 && status < 400) {
    const to = answer.headers.get('location') ?? 'nowhere';
    return failed(`answered ${status}, moved to ${to.slice(0, 200)}; redirects are not followed`, true);
  }
  const problem = `answered ${status}${said}`;
  if ([400, 413, 415, 422].includes(status)) return { kind: 'refused', problem };
  const down = status !== 409 && status !== 425;
  return failed(problem, down, retryAfter(answer.headers.get('retry-after'), now));
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(text: string | null, now: number): number | null {
  if (text === null) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}

/** Reads little of it and then lets go: a receiver that answers without end holds nothing up. */
async function beginningOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length >= answerBytes) {
      await reader.cancel().catch(() => undefined);
      break;
    }
  }
  return Buffer.concat(parts).toString('utf8').slice(0, 500).replaceAll(/\s+/g, ' ').trim();
}

function transportProblem(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  if (error.name === 'AbortError') return 'the server is ending';
  const cause = error.cause as { readonly code?: string; readonly message?: string } | undefined;
  return `cannot be reached (${cause?.code ?? cause?.message ?? error.message})`;
}
