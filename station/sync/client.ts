/** What this station asks the server, signed (contract/sync/signature.ts), and the answers as the contract has them. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { blobAnswerSchema, type BlobAnswer, type BlobOffer } from '#contract/sync/blobs.ts';
import { documentsAnswerSchema, type DocumentsAnswer } from '#contract/sync/down.ts';
import { syncErrorSchema, syncPaths } from '#contract/sync/protocol.ts';
import { signatureBase, signatureLabel, signatureParams } from '#contract/sync/signature.ts';
import {
  batchAnswerSchema,
  hashesAnswerSchema,
  helloAnswerSchema,
  type BatchAnswer,
  type HashesAnswer,
  type Hello,
  type HelloAnswer,
} from '#contract/sync/up.ts';
import { parseJson, type Membership } from './enrolment.ts';
import { HttpRoad, type HttpAnswer } from './http.ts';
import { LinkCut, LinkError, ServerError } from './problem.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: { readonly bytes: Uint8Array; readonly type: string; readonly encoding?: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest silence, in ms. */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal;
}

export interface StreamName {
  readonly epoch: string;
  readonly branch: string;
}

const usualSilenceMs = 10_000;
/** Storing a large batch takes a server under load its time. */
const batchSilenceMs = 30_000;

export class SyncClient {
  readonly membership: Membership;
  readonly #now: () => number;
  #road: HttpRoad;
  #cut = false;

  constructor(membership: Membership, now: () => number) {
    this.membership = membership;
    this.#now = now;
    this.#road = new HttpRoad(membership.enrolment.url, membership.ca);
  }

  get isCut(): boolean {
    return this.#cut;
  }

  /** As if the cable were pulled: what is under way fails, everything after fails at once. */
  cut(): void {
    this.#cut = true;
    this.#road.close();
  }

  giveBack(): void {
    this.#cut = false;
    this.#road = new HttpRoad(this.membership.enrolment.url, this.membership.ca);
  }

  close(): void {
    this.#cut = true;
    this.#road.close();
  }

  hello(hello: Hello, signal?: AbortSignal): Promise<HelloAnswer> {
    return this.#json(
      { method: 'POST', path: syncPaths.hello, body: json(hello), ...(signal && { signal }) },
      helloAnswerSchema,
    );
  }

  events(bytes: Uint8Array, encoding: string): Promise<BatchAnswer> {
    const body = { bytes, type: 'application/x-ndjson', encoding };
    return this.#json({ method: 'POST', path: syncPaths.events, body, silenceMs: batchSilenceMs }, batchAnswerSchema);
  }

  hashes(stream: StreamName, first: number, count: number): Promise<HashesAnswer> {
    const query = { epoch: stream.epoch, branch: stream.branch, first, count };
    return this.#json({ method: 'GET', path: syncPaths.hashes, query }, hashesAnswerSchema);
  }

  documents(cursor: string, waitMs: number, signal: AbortSignal): Promise<DocumentsAnswer> {
    const query = { cursor, wait: waitMs };
    return this.#json(
      { method: 'GET', path: syncPaths.documents, query, silenceMs: waitMs + usualSilenceMs, signal },
      documentsAnswerSchema,
    );
  }

  file(sha256: string): Promise<Buffer> {
    return this.#bytes(`${syncPaths.files}/${sha256}`, sha256);
  }

  /** A photo that another station took. */
  photo(sha256: string): Promise<Buffer> {
    return this.#bytes(`${syncPaths.blobs}/${sha256}`, sha256);
  }

  /** Checked against their hash. */
  async #bytes(path: string, sha256: string): Promise<Buffer> {
    const { status, body } = await this.#ask({ method: 'GET', path });
    if (status !== 200) throw refusal(status, body);
    const found = createHash('sha256').update(body).digest('hex');
    if (found === sha256) return body;
    throw new LinkError('answer-not-understood', `${path} came with the hash ${found}`);
  }

  offerBlob(offer: BlobOffer): Promise<BlobAnswer> {
    return this.#json({ method: 'POST', path: syncPaths.blobs, body: json(offer) }, blobAnswerSchema);
  }

  /** @returns where to go on, also after a wrong offset. */
  async sendPiece(sha256: string, offset: number, bytes: Uint8Array): Promise<BlobAnswer> {
    const { status, body } = await this.#ask({
      method: 'PATCH',
      path: `${syncPaths.blobs}/${sha256}`,
      headers: { 'upload-offset': String(offset) },
      body: { bytes, type: 'application/octet-stream' },
    });
    if (status !== 200 && status !== 409) throw refusal(status, body);
    const right = blobAnswerSchema.safeParse(parseJson(body));
    if (right.success) return right.data;
    throw refusal(status, body);
  }

  async #json<T>(question: Question, schema: z.ZodType<T>): Promise<T> {
    const { status, body } = await this.#ask(question);
    if (status !== 200) throw refusal(status, body);
    const parsed = schema.safeParse(parseJson(body));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new LinkError(
      'answer-not-understood',
      `${question.path} answered something else: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    );
  }

  /** @throws LinkError, LinkCut */
  async #ask({ method, path, query = {}, body, headers = {}, silenceMs, signal }: Question): Promise<HttpAnswer> {
    if (this.#cut) throw new LinkCut();
    const search = new URLSearchParams(
      Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
    const contentDigest =
      body === undefined ? null : `sha-256=:${createHash('sha256').update(body.bytes).digest('base64')}:`;
    const signed = { method, path, query: `?${search}`, contentDigest };
    const { identity } = this.membership;
    const parameters = { keyId: identity.keyId, created: Math.floor(this.#now() / 1_000) };
    const signature = identity.sign(Buffer.from(signatureBase(signed, parameters))).toString('base64');
    try {
      return await this.#road.ask({
        method,
        path: search === '' ? path : `${path}?${search}`,
        headers: {
          accept: 'application/json',
          ...headers,
          ...(body === undefined ? {} : { 'content-type': body.type, 'content-digest': contentDigest ?? '' }),
          ...(body?.encoding === undefined ? {} : { 'content-encoding': body.encoding }),
          'signature-input': `${signatureLabel}=${signatureParams(signed, parameters)}`,
          signature: `${signatureLabel}=:${signature}:`,
        },
        body: body?.bytes ?? null,
        silenceMs: silenceMs ?? usualSilenceMs,
        signal,
      });
    } catch (error) {
      if (this.#cut) throw new LinkCut();
      throw error;
    }
  }
}

const json = (value: unknown): { bytes: Uint8Array; type: string } => ({
  bytes: Buffer.from(JSON.stringify(value)),
  type: 'application/json',
});

function refusal(status: number, body: Buffer): ServerError | LinkError {
  const parsed = syncErrorSchema.safeParse(parseJson(body));
  if (parsed.success) return new ServerError(status, parsed.data);
  if (status === 413) {
    return new ServerError(status, {
      error: 'batch-too-large',
      problem: 'HTTP 413 without a reason, perhaps of a proxy.',
      remedy: 'Let the proxy before the server take bodies of 16 MiB.',
    });
  }
  return new LinkError('answer-not-understood', `HTTP ${status} without a reason; is this the plant server?`);
}
