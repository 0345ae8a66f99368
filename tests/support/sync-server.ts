/**
 * A plant server in memory that obeys contract/sync and nothing else: for tests of the station alone, and for faults that
 * the real one is not asked to have (put back to an older state, answers out of turn). It checks every signature, digest,
 * number and hash.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { blobOfferSchema, type BlobOffer } from '#contract/sync/blobs.ts';
import type { SyncDocument } from '#contract/sync/down.ts';
import { enrolSchema } from '#contract/sync/enrol.ts';
import {
  syncErrorCodes,
  syncLimits,
  syncPaths,
  zeroHash,
  type Head,
  type SyncErrorCode,
} from '#contract/sync/protocol.ts';
import { signatureBase } from '#contract/sync/signature.ts';
import { batchHeadSchema, helloSchema, type Hello } from '#contract/sync/up.ts';
import { freePort } from './ports.ts';

interface Stream {
  /** Number of its first event; 1 but for a branch. */
  first: number;
  /** Hash before its first event. */
  before: string;
  records: string[];
  hashes: string[];
}

export interface Snapshot {
  readonly streams: string;
  readonly documents: string;
  readonly token: number;
}

export class TestSyncServer {
  readonly keys = new Map<string, { stationId: string; publicKey: string; revoked: boolean }>();
  readonly codes = new Map<string, string>();
  /** By `station/epoch/branch`. */
  streams = new Map<string, Stream>();
  readonly hellos: Hello[] = [];
  /** `METHOD path` of every request that was answered, in order. */
  readonly asked: string[] = [];
  readonly blobs = new Map<string, { offer: BlobOffer; bytes: Buffer; complete: boolean }>();
  readonly files = new Map<string, Buffer>();
  /** Called before a request is answered; a code, or anything at all, instead of the answer. */
  onAsk: (path: string, request: IncomingMessage) => Planned | Promise<Planned> = () => null;
  /** Batches that were wrong in themselves, whatever is held: in words. */
  readonly wrongBatches: string[] = [];
  /** What is said instead of the body of an answer of 200. */
  answerInstead: (path: string, body: Record<string, unknown>) => unknown = (_path, body) => body;
  /** Largest number of events in one batch. */
  mostEvents = Number.POSITIVE_INFINITY;
  clockOffsetMs = 0;
  readonly #server: Server;
  #port = 0;
  #documents: SyncDocument[] = [];
  #token = 1;
  #waiting: (() => void)[] = [];

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @param port left out: a free one, which is still free when the server comes back to it. */
  async listen(port?: number): Promise<void> {
    const on = port ?? (await freePort());
    await new Promise<void>((resolve) => this.#server.listen(on, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }
  /** Also after it was closed: what a bad network brings later finds nobody there. */
  get port(): number {
    return this.#port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  async close(): Promise<void> {
    this.#wakeAll();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  stream(stationId: string, epoch: string, branch = ''): Stream | undefined {
    return this.streams.get(`${stationId}/${epoch}/${branch}`);
  }
  /** Events of all streams of a station. */
  count(stationId: string): number {
    let count = 0;
    for (const [key, stream] of this.streams) if (key.startsWith(`${stationId}/`)) count += stream.records.length;
    return count;
  }
  /** A document becomes this version, or goes (null). */
  put(kind: string, id: string, body: unknown): void {
    const version = Math.max(0, ...this.#documents.map((one) => one.version)) + 1;
    this.#documents = [
      ...this.#documents.filter((one) => one.kind !== kind || one.id !== id),
      { kind, id, version, body },
    ];
    this.#wakeAll();
  }
  snapshot(): Snapshot {
    return {
      streams: JSON.stringify(Array.from(this.streams)),
      documents: JSON.stringify(this.#documents),
      token: this.#token,
    };
  }
  /** Loses the newest events of a stream, as with an older backup. */
  forget(stream: string, count: number): void {
    const held = this.streams.get(stream);
    if (held === undefined || count === 0) return;
    held.records.splice(-count);
    held.hashes.splice(-count);
    if (held.records.length === 0) this.streams.delete(stream);
  }
  /** As PostgreSQL put back to an older backup. */
  putBack(snapshot: Snapshot): void {
    this.streams = new Map(JSON.parse(snapshot.streams) as [string, Stream][]);
    this.#documents = JSON.parse(snapshot.documents) as SyncDocument[];
    this.#token += 1;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x');
    const fail = (error: SyncErrorCode, problem: string, head?: Head, status = statusOf[error] ?? 400): void =>
      send(status, { error, problem, remedy: 'As the test says.', ...(head && { head }) });
    const send = (status: number, body: unknown): void => {
      const said = status === 200 ? this.answerInstead(url.pathname, body as Record<string, unknown>) : body;
      const text = JSON.stringify(said);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    try {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts);
      this.asked.push(`${request.method} ${url.pathname}`);
      const planned = await this.onAsk(url.pathname, request);
      if (typeof planned === 'string') return fail(planned, 'The test wants it so.');
      if (planned !== null && 'text' in planned) {
        response.writeHead(planned.status, { 'content-type': 'text/html' });
        response.end(planned.text);
        return undefined;
      }
      if (planned !== null) return fail(planned.error, 'The test wants it so.', planned.head);
      if (url.pathname === syncPaths.enrol) return this.#enrol(body, send, fail);
      const who = this.#checked(request, url, body);
      if ('error' in who) return fail(who.error, who.problem);
      const { stationId } = who;
      switch (`${request.method} ${url.pathname.replace(/\/[0-9a-f]{64}$/, '/:hash')}`) {
        case `POST ${syncPaths.hello}`:
          return this.#hello(stationId, body, send);
        case `POST ${syncPaths.events}`:
          return this.#events(stationId, request, body, send, fail);
        case `GET ${syncPaths.hashes}`:
          return this.#hashes(stationId, url, send);
        case `GET ${syncPaths.documents}`:
          return await this.#pull(url, response, send);
        case `GET ${syncPaths.files}/:hash`: {
          const file = this.files.get(url.pathname.split('/').at(-1) ?? '');
          if (file === undefined) return fail('not-found', 'There is no such file.');
          response.writeHead(200, { 'content-length': file.length });
          response.end(file);
          return undefined;
        }
        case `POST ${syncPaths.blobs}`: {
          const offer = blobOfferSchema.parse(JSON.parse(body.toString()));
          const blob = this.blobs.get(offer.sha256) ?? { offer, bytes: Buffer.alloc(0), complete: false };
          this.blobs.set(offer.sha256, blob);
          return send(200, { offset: blob.bytes.length, size: offer.size, complete: blob.complete });
        }
        case `PATCH ${syncPaths.blobs}/:hash`:
          return this.#piece(request, url, body, send, fail);
        default:
          return fail('not-found', `There is no ${request.method} ${url.pathname}.`);
      }
    } catch (error) {
      if (!response.headersSent && !response.destroyed) fail('internal', String(error));
    }
    return undefined;
  }

  #enrol(body: Buffer, send: Send, fail: Fail): void {
    const enrol = enrolSchema.parse(JSON.parse(body.toString()));
    const keyId = createHash('sha256').update(Buffer.from(enrol.publicKey, 'base64url')).digest('hex').slice(0, 16);
    const known = this.keys.get(keyId);
    if (known === undefined) {
      if (this.codes.get(enrol.code) !== enrol.stationId) return fail('code-wrong', 'This code is not one of ours.');
      this.codes.delete(enrol.code);
      this.keys.set(keyId, { stationId: enrol.stationId, publicKey: enrol.publicKey, revoked: false });
    }
    return send(200, { keyId, plantId: enrol.plantId, stationId: enrol.stationId });
  }

  #checked(
    request: IncomingMessage,
    url: URL,
    body: Buffer,
  ): { stationId: string } | { error: SyncErrorCode; problem: string } {
    const input = String(request.headers['signature-input'] ?? '');
    const signature = /^lw=:(.+):$/.exec(String(request.headers['signature'] ?? ''))?.[1];
    const keyId = /keyid="([^"]+)"/.exec(input)?.[1] ?? '';
    const created = Number(/created=(\d+)/.exec(input)?.[1]);
    if (signature === undefined || keyId === '') return { error: 'signature-missing', problem: 'No signature.' };
    const key = this.keys.get(keyId);
    if (key === undefined) return { error: 'station-unknown', problem: `No key ${keyId}.` };
    if (key.revoked) return { error: 'station-revoked', problem: `The key ${keyId} was revoked.` };
    const digest = request.headers['content-digest'];
    const contentDigest = typeof digest === 'string' ? digest : null;
    if (body.length > 0 && contentDigest !== `sha-256=:${createHash('sha256').update(body).digest('base64')}:`) {
      return { error: 'signature-wrong', problem: 'The body is not the one that was signed.' };
    }
    const text = signatureBase(
      { method: request.method ?? '', path: url.pathname, query: url.search === '' ? '?' : url.search, contentDigest },
      { keyId, created },
    );
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' });
    if (!verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64')))
      return { error: 'signature-wrong', problem: 'The signature is not of this key.' };
    return key;
  }

  #hello(stationId: string, body: Buffer, send: Send): void {
    const hello = helloSchema.parse(JSON.parse(body.toString()));
    this.hellos.push(hello);
    const streams = hello.streams.map(({ epoch, branch }) => ({
      epoch,
      branch,
      ...this.#head(this.stream(stationId, epoch, branch)),
    }));
    send(200, { server: { version: 'test', plantId: 'demo', now: Date.now() + this.clockOffsetMs }, streams });
  }

  #head(stream: Stream | undefined): Head {
    if (stream === undefined || stream.records.length === 0) return { seq: 0, hash: zeroHash };
    return { seq: stream.first + stream.records.length - 1, hash: stream.hashes.at(-1) ?? '' };
  }

  #events(stationId: string, request: IncomingMessage, body: Buffer, send: Send, refuse: Fail): void {
    const fail: Fail = (error, problem, head) => {
      if (error !== 'gap' && error !== 'fork' && error !== 'batch-too-large') this.wrongBatches.push(problem);
      refuse(error, problem, head);
    };
    let text: string;
    try {
      const encoding = request.headers['content-encoding'];
      text = (
        encoding === 'zstd' ? zstdDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body
      ).toString();
    } catch {
      return fail('batch-invalid', 'The body cannot be unpacked.');
    }
    const [first = '', ...lines] = text.split('\n').slice(0, -1);
    const parsed = batchHeadSchema.safeParse(JSON.parse(first));
    if (!parsed.success) return fail('batch-invalid', 'The first line is no head of a batch.');
    const head = parsed.data;
    if (head.count > this.mostEvents || Buffer.byteLength(text) > syncLimits.batchBytes + 1_000)
      return fail('batch-too-large', `${head.count} events are too many.`);
    if (lines.length !== head.count) return fail('batch-invalid', `${lines.length} lines instead of ${head.count}.`);
    const hashes: string[] = [];
    let previous = Buffer.from(head.prevHash, 'hex');
    for (const [index, line] of lines.entries()) {
      const record = JSON.parse(line) as { stationId: string; epoch: string; seq: number };
      if (record.stationId !== stationId) return fail('stream-not-yours', `Event of ${record.stationId}.`);
      if (record.seq !== head.first + index || record.epoch !== head.epoch)
        return fail('batch-invalid', `Line ${index + 1} is ${record.epoch}/${record.seq}.`);
      previous = createHash('sha256').update(previous).update(line).digest();
      hashes.push(previous.toString('hex'));
    }
    if (hashes.at(-1) !== head.lastHash) return fail('batch-invalid', 'The chain does not end in lastHash.');
    const key = `${stationId}/${head.epoch}/${head.branch}`;
    let stream = this.streams.get(key);
    if (stream === undefined) {
      if (head.branch === '' && head.first !== 1)
        return fail('gap', 'Nothing is here yet.', { seq: 0, hash: zeroHash });
      if (head.branch !== '' && hashes[0]?.slice(0, 16) !== head.branch)
        return fail('gap', 'A branch begins with the event it is named after.', { seq: 0, hash: zeroHash });
      stream = { first: head.first, before: head.prevHash, records: [], hashes: [] };
    }
    const at = head.first - stream.first;
    if (at < 0 || at > stream.records.length) return fail('gap', 'There is a gap.', this.#head(stream));
    const before = at === 0 ? stream.before : stream.hashes[at - 1];
    const known = stream.hashes.slice(at, at + hashes.length);
    if (before !== head.prevHash || known.some((hash, index) => hash !== hashes[index]))
      return fail('fork', 'Another event is under this number.', this.#head(stream));
    stream.records.push(...lines.slice(known.length));
    stream.hashes.push(...hashes.slice(known.length));
    this.streams.set(key, stream);
    return send(200, { head: this.#head(stream), stored: hashes.length - known.length, replayed: known.length });
  }

  #hashes(stationId: string, url: URL, send: Send): void {
    const { epoch = '', branch = '', first = '1', count = '1' } = Object.fromEntries(url.searchParams);
    const stream = this.stream(stationId, epoch, branch);
    const from = Number(first) - (stream?.first ?? 1);
    const hashes =
      from < 0 ? [] : (stream?.hashes.slice(from, from + Math.min(Number(count), syncLimits.hashesPerAnswer)) ?? []);
    send(200, { first: Number(first), hashes });
  }

  async #pull(url: URL, response: ServerResponse, send: Send): Promise<void> {
    const [token, version] = (url.searchParams.get('cursor') ?? '').split(':').map(Number);
    const reset = token !== this.#token;
    const after = reset ? 0 : (version ?? 0);
    const news = (): SyncDocument[] => this.#documents.filter((one) => one.version > after);
    if (news().length === 0 && !reset) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        setTimeout(resolve, Number(url.searchParams.get('wait') ?? 0)).unref();
        response.once('close', resolve);
      });
    }
    if (token !== this.#token && !reset)
      return send(200, { reset: true, documents: [], cursor: `${this.#token}:0`, more: true });
    const page = news().slice(0, 3);
    const more = news().length > page.length;
    const last = page.at(-1)?.version ?? after;
    return send(200, { reset, documents: page, cursor: `${this.#token}:${last}`, more });
  }

  #piece(request: IncomingMessage, url: URL, body: Buffer, send: Send, fail: Fail): void {
    const sha256 = url.pathname.split('/').at(-1) ?? '';
    const blob = this.blobs.get(sha256);
    if (blob === undefined) return fail('not-found', 'This blob was not offered.');
    const { size } = blob.offer;
    const answer = (status: number): void => send(status, { offset: blob.bytes.length, size, complete: blob.complete });
    if (Number(request.headers['upload-offset']) !== blob.bytes.length) return answer(409);
    blob.bytes = Buffer.concat([blob.bytes, body]);
    if (blob.bytes.length >= size) {
      blob.complete = createHash('sha256').update(blob.bytes).digest('hex') === sha256;
      if (!blob.complete) blob.bytes = Buffer.alloc(0);
    }
    return answer(200);
  }
}

export type Planned =
  | SyncErrorCode
  | { readonly error: SyncErrorCode; readonly head: Head }
  | { readonly status: number; readonly text: string }
  | null;
type Send = (status: number, body: unknown) => void;
type Fail = (error: SyncErrorCode, problem: string, head?: Head) => void;

const statusOf: Readonly<Partial<Record<SyncErrorCode, number>>> = {
  ...Object.fromEntries(
    Object.entries(syncErrorCodes).map(([code, kind]) => [code, kind === 'retry' ? 503 : kind === 'stop' ? 400 : 409]),
  ),
  'batch-too-large': 413,
};
