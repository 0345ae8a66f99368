/** One HTTP exchange with the server: bounded in time and size whatever the other side does, and cut off at will. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { LinkError, linkErrorOf } from './problem.ts';

export interface HttpQuestion {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Longest silence in ms, either way. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Longest time of one exchange beyond the allowed silence, in ms: a byte a second must not keep it open for ever. */
const longestMs = 120_000;
const mostBytes = 96 * 1024 * 1024;

export class HttpRoad {
  readonly #url: URL;
  readonly #agent: HttpAgent;
  readonly #secure: boolean;
  #closed = false;

  /** @param ca PEM of the authority that signed the server's certificate; null: those that Node knows. */
  constructor(url: string, ca: string | null) {
    this.#url = new URL(url);
    this.#secure = this.#url.protocol === 'https:';
    const keep = { keepAlive: true, maxSockets: 6, scheduling: 'lifo' } as const;
    this.#agent = this.#secure ? new HttpsAgent({ ...keep, ...(ca === null ? {} : { ca }) }) : new HttpAgent(keep);
  }

  /** Ends every connection; what is under way fails. */
  close(): void {
    this.#closed = true;
    this.#agent.destroy();
  }

  /**
   * A connection that the server had closed while it was idle is tried once more: every question may be asked twice.
   * @throws LinkError
   */
  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    try {
      return await this.#once(question);
    } catch (error) {
      if (!(error instanceof ReusedSocketError)) throw error;
      return this.#once(question).catch((again: unknown) => {
        throw again instanceof ReusedSocketError ? linkErrorOf(again.cause) : again;
      });
    }
  }

  #once({ method, path, headers, body, silenceMs, signal }: HttpQuestion): Promise<HttpAnswer> {
    if (this.#closed) return Promise.reject(new LinkError('connection-lost', 'the road was closed'));
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        clearTimeout(deadline);
        reject(request.reusedSocket && !answered && isReset(error) ? new ReusedSocketError(error) : linkErrorOf(error));
        request.destroy();
      };
      let answered = false;
      const request = (this.#secure ? httpsRequest : httpRequest)({
        host: this.#url.hostname.replace(/^\[|\]$/g, ''),
        port: this.#url.port === '' ? undefined : Number(this.#url.port),
        method,
        path,
        agent: this.#agent,
        ...(signal === undefined ? {} : { signal }),
        headers: { ...headers, ...(body === null ? {} : { 'content-length': String(body.byteLength) }) },
      });
      const deadline = setTimeout(
        () => fail(new LinkError('no-answer', `no whole answer within ${silenceMs + longestMs} ms`)),
        silenceMs + longestMs,
      );
      request.setTimeout(silenceMs, () => fail(new LinkError('no-answer', `nothing heard for ${silenceMs} ms`)));
      request.on('error', fail);
      request.on('response', (response: IncomingMessage) => {
        answered = true;
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > mostBytes)
            fail(new LinkError('answer-not-understood', `an answer of more than ${mostBytes} bytes`));
          else parts.push(part);
        });
        response.on('error', fail);
        response.on('close', () => {
          if (!response.complete) fail(new LinkError('connection-lost', 'the answer ended in the middle'));
        });
        response.on('end', () => {
          clearTimeout(deadline);
          if (response.complete) resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) });
        });
      });
      request.end(body ?? undefined);
    });
  }
}

const isReset = (error: unknown): boolean =>
  error instanceof Error && ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');

class ReusedSocketError extends Error {
  constructor(cause: unknown) {
    super('a kept connection was closed', { cause });
  }
}
