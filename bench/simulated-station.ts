/**
 * A station as the server sees one, and nothing behind it: own key, own hash chain, real events of a pump after another,
 * batches as contract/sync says. The log is in memory, so that hundreds fit into one process. Also the hand that writes
 * wrong batches in the fault suites.
 */
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { Agent, request } from 'node:http';
import { zstdCompressSync } from 'node:zlib';
import type { Actor } from '#contract/envelope.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { EnrolAnswer } from '#contract/sync/enrol.ts';
import { syncLimits, syncPaths, zeroHash, type Head, type SyncError } from '#contract/sync/protocol.ts';
import { signatureBase, signatureLabel, signatureParams } from '#contract/sync/signature.ts';
import type { BatchAnswer, BatchHead, Hello, HelloAnswer } from '#contract/sync/up.ts';

export interface Answer<T> {
  readonly status: number;
  /** The body when it was JSON. */
  readonly body: T;
}
export interface Logged {
  readonly text: string;
  readonly hash: string;
  /** `performance.now()` of its acceptance. */
  readonly at: number;
}
export interface SimulatedOptions {
  readonly url: string;
  readonly stationId: string;
  readonly plantId: string;
  readonly epoch?: string;
  /** An earlier station's key, as `privateKey` gave it. */
  readonly privateKey?: KeyObject;
}

const operator: Actor = { kind: 'person', id: 'sam.okafor' };
const configHash = 'c'.repeat(64);

export class SimulatedStation {
  url: string;
  readonly stationId: string;
  readonly plantId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  readonly keyId: string;
  readonly bootId = randomUUID();
  epoch: string;
  branch = '';
  /** `log[n]` has seq n + 1. */
  log: Logged[] = [];
  head: Head = { seq: 0, hash: zeroHash };
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #startedAt = Date.now();

  constructor(options: SimulatedOptions) {
    this.url = options.url;
    this.stationId = options.stationId;
    this.plantId = options.plantId;
    this.epoch = options.epoch ?? randomBytes(8).toString('hex');
    this.privateKey = options.privateKey ?? generateKeyPairSync('ed25519').privateKey;
    const { x = '' } = this.privateKey.export({ format: 'jwk' });
    this.publicKey = x;
    this.keyId = createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 16);
  }

  async enrol(code: string): Promise<Answer<EnrolAnswer>> {
    const { stationId, plantId, publicKey } = this;
    const body = JSON.stringify({ code, stationId, plantId, publicKey, version: 'simulated' });
    return this.ask<EnrolAnswer>('POST', syncPaths.enrol, Buffer.from(body), { 'content-type': 'application/json' });
  }

  /** Writes an event to the log, by the clock `at`. */
  add(happened: DomainEvent, at = Date.now(), actor = operator): Logged {
    const { stationId, epoch, bootId } = this;
    return this.addText(
      JSON.stringify({
        stationId,
        epoch,
        seq: this.log.length + 1,
        at,
        bootId,
        monoMs: Math.round(performance.now() * 10) / 10,
        actor,
        commandId: randomUUID(),
        config: configHash,
        ...happened,
      }),
    );
  }

  /** Any text, however wrong, in the chain. */
  addText(text: string): Logged {
    const previous = this.log.at(-1)?.hash ?? zeroHash;
    const hash = createHash('sha256').update(Buffer.from(previous, 'hex')).update(text, 'utf8').digest('hex');
    const logged = { text, hash, at: performance.now() };
    this.log.push(logged);
    return logged;
  }

  /** Bytes of the batch of the numbers `first` to `last`. */
  batch(first: number, last: number, change: Partial<BatchHead> = {}): Buffer {
    const events = this.log.slice(first - 1, last);
    const head: BatchHead = {
      v: 1,
      epoch: this.epoch,
      branch: this.branch,
      first,
      count: events.length,
      prevHash: this.log[first - 2]?.hash ?? zeroHash,
      lastHash: events.at(-1)?.hash ?? zeroHash,
      ...change,
    };
    return Buffer.from(`${[JSON.stringify(head), ...events.map(({ text }) => text)].join('\n')}\n`);
  }

  /** Sends these bytes as a batch, whatever they are. */
  post(
    batch: Buffer,
    encoding: 'zstd' | 'none' = batch.length > 2_000 ? 'zstd' : 'none',
  ): Promise<Answer<BatchAnswer & SyncError>> {
    return this.packed(encoding === 'zstd' ? zstdCompressSync(batch) : batch, encoding);
  }

  /** The same, compressed already. */
  packed(body: Buffer, encoding: 'zstd' | 'none'): Promise<Answer<BatchAnswer & SyncError>> {
    return this.signed('POST', syncPaths.events, body, {
      'content-type': 'application/x-ndjson',
      ...(encoding === 'zstd' ? { 'content-encoding': 'zstd' } : {}),
    });
  }

  /** One batch of what the server does not have as far as we know. @returns how many events are acknowledged by it. */
  async sendOnce(): Promise<number> {
    const first = this.head.seq + 1;
    const last = Math.min(this.log.length, this.head.seq + syncLimits.batchEvents);
    if (last < first) return 0;
    const { status, body } = await this.post(this.batch(first, last));
    if (status === 200) {
      const before = this.head.seq;
      this.head = body.head;
      return this.head.seq - before;
    }
    if (status === 409 && body.error === 'gap' && body.head !== undefined) {
      this.head = body.head;
      return 0;
    }
    throw new Error(`${this.stationId}: ${status} ${JSON.stringify(body)}`);
  }

  hello(change: Partial<Hello> = {}): Promise<Answer<HelloAnswer>> {
    const hello: Hello = {
      version: 'simulated',
      bootId: this.bootId,
      now: Date.now(),
      startedAt: this.#startedAt,
      configHash,
      storeState: 'ok',
      streams: [
        { epoch: this.epoch, branch: this.branch, seq: this.log.length, hash: this.log.at(-1)?.hash ?? zeroHash },
      ],
      unsent: { count: this.log.length - this.head.seq, oldestAt: null },
      devicesDown: [],
      blobsWaiting: 0,
      ...change,
    };
    return this.signed('POST', syncPaths.hello, Buffer.from(JSON.stringify(hello)), {
      'content-type': 'application/json',
    });
  }

  /** @param path with its query. */
  signed<T>(
    method: string,
    path: string,
    body: Buffer | null,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    return this.ask(method, path, body, { ...headers, ...this.signature(method, path, body) });
  }

  signature(method: string, path: string, body: Buffer | null): Record<string, string> {
    const url = new URL(path, this.url);
    const contentDigest = body === null ? null : `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const what = { method, path: url.pathname, query: url.search === '' ? '?' : url.search, contentDigest };
    const parameters = { keyId: this.keyId, created: Math.floor(Date.now() / 1_000) };
    const signature = sign(null, Buffer.from(signatureBase(what, parameters)), this.privateKey).toString('base64');
    return {
      ...(contentDigest === null ? {} : { 'content-digest': contentDigest }),
      'signature-input': `${signatureLabel}=${signatureParams(what, parameters)}`,
      signature: `${signatureLabel}=:${signature}:`,
    };
  }

  ask<T>(method: string, path: string, body: Buffer | null, headers: Record<string, string>): Promise<Answer<T>> {
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.url),
        {
          method,
          agent: this.#agent,
          timeout: 30_000,
          headers: { ...headers, ...(body === null ? {} : { 'content-length': body.length }) },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (piece: string) => (text += piece));
          answer.once('error', reject);
          answer.once('end', () => {
            resolve({ status: answer.statusCode ?? 0, body: jsonOr(text) as T });
          });
        },
      );
      asked.once('timeout', () => asked.destroy(new Error('no answer within 30 s')));
      asked.once('error', reject);
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * The life of one pump after another at one station, as the demo line writes it: created, taken up, measured, passed,
 * released. About 300 bytes of body and envelope each, 16 events a pump.
 * @param prefix of the serial numbers; must be this station's alone.
 */
export function* pumps(prefix: string, orderId = 'WO-10452'): Generator<DomainEvent, never> {
  for (let unit = 1; ; unit += 1) {
    const serial = `${prefix}${String(unit).padStart(6, '0')}`;
    const executionId = randomUUID();
    const step = { executionId, stepId: 'measure-bore', attempt: 1 };
    const definition = { id: 'PMP-100', revision: 'C', hash: 'd'.repeat(64) };
    yield event('unit.created', {
      serial,
      orderId,
      materialId: 'PMP-100',
      definitionId: 'PMP-100',
      revision: 'C',
      passed: [],
    });
    yield event('execution.started', { executionId, serial, orderId, definition, operationId: '10' });
    yield event('step.started', { ...step, stepType: 'measure' });
    for (let index = 1; index <= 10; index += 1)
      yield event('measurement.recorded', {
        ...step,
        characteristicId: 'bore-b',
        index,
        reading: {
          value: 24 + index / 1_000,
          unit: 'mm',
          entry: 'device',
          deviceId: 'calliper',
          tagId: 'calliper.value',
          quality: 'good',
          status: 'Good',
          sourceAt: null,
          receivedAt: Date.now(),
        },
        gaugeId: null,
        nominal: 24,
        lower: 23.98,
        upper: 24.03,
        acceptance: null,
        verdict: 'ok',
      });
    yield event('step.passed', step);
    yield event('execution.passed', { executionId, serial, operationId: '10' });
    yield event('unit.completed', { serial, orderId });
  }
}
