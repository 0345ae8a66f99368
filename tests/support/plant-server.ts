/** For tests: a whole server on a database, asked without a network, and stations with their own key and log. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Configuration } from '#contract/config/index.ts';
import { syncPaths, zeroHash, type Head } from '#contract/sync/protocol.ts';
import { signatureBase, signatureLabel, signatureParams } from '#contract/sync/signature.ts';
import type { BatchHead } from '#contract/sync/up.ts';
import { root } from './child.ts';
import { systemClock, type Clock } from '#server/clock.ts';
import { composePlant, type Plant } from '#server/compose.ts';
import type { Db } from '#server/db/db.ts';
import { contentDigestOf, keyIdOf } from '#server/enrolment/verify.ts';
import { createLog, type Log } from '#server/log.ts';
import { readPlantConfiguration } from '#server/startup.ts';

export const demoConfiguration = (): Configuration => readPlantConfiguration(`${root}resources/demo-plant`);

/** An instance of the server on `db`, not listening; routes are asked by `ask`. */
export async function plantOn(db: Db, more: { readonly clock?: Clock; readonly log?: Log } = {}): Promise<Plant> {
  return composePlant({
    db,
    configuration: demoConfiguration(),
    viewFolder: '/nowhere',
    tls: null,
    trustProxy: false,
    oidc: null,
    sessionRules: { idleMs: 3_600_000, endMs: 36_000_000 },
    clock: more.clock ?? systemClock,
    log: more.log ?? createLog('silent'),
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are judged by what the test expects of them
  readonly body: any;
}

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export async function ask(plant: Plant, { method, url, headers = {}, body }: Ask): Promise<Answer> {
  const answer = await plant.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
  const text = answer.body;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: text === '' ? null : (JSON.parse(text) as unknown),
  };
}

export const sha256 = (...parts: (Uint8Array | string)[]): Buffer => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};

/** A log of one epoch as a station keeps it: records and the hash after each. */
export class TestLog {
  readonly stationId: string;
  readonly epoch: string;
  readonly records: string[] = [];
  readonly hashes: string[] = [];

  constructor(stationId: string, epoch = 'e1') {
    this.stationId = stationId;
    this.epoch = epoch;
  }

  /** As it was when it had `count` events: what a backup brings back. */
  backup(count: number): TestLog {
    const copy = new TestLog(this.stationId, this.epoch);
    copy.records.push(...this.records.slice(0, count));
    copy.hashes.push(...this.hashes.slice(0, count));
    return copy;
  }

  get head(): Head {
    return { seq: this.records.length, hash: this.hashes.at(-1) ?? zeroHash };
  }

  /** @param change fields of the record to put instead. */
  add(count = 1, change: Readonly<Record<string, unknown>> = {}): this {
    for (let i = 0; i < count; i += 1) {
      const seq = this.records.length + 1;
      this.addText(
        JSON.stringify({
          stationId: this.stationId,
          epoch: this.epoch,
          seq,
          type: 'text.recorded',
          version: 1,
          body: { text: `fact ${seq}`, note: 'Prüfmaß über \u2028 ok' },
          at: 1_700_000_000_000 + seq,
          bootId: 'boot',
          monoMs: seq,
          actor: { kind: 'person', id: 'anna' },
          commandId: `command-${seq}`,
          config: 'c'.repeat(64),
          ...change,
        }),
      );
    }
    return this;
  }

  addText(record: string): this {
    this.hashes.push(sha256(Buffer.from(this.head.hash, 'hex'), record).toString('hex'));
    this.records.push(record);
    return this;
  }

  /** Text of a batch; both numbers belong to it. @param head fields to put instead. */
  batch(from = 1, to = this.records.length, head: Readonly<Record<string, unknown>> = {}): string {
    const right: BatchHead = {
      v: 1,
      epoch: this.epoch,
      branch: '',
      first: from,
      count: to - from + 1,
      prevHash: this.hashes[from - 2] ?? zeroHash,
      lastHash: this.hashes[to - 1] ?? zeroHash,
    };
    return [JSON.stringify({ ...right, ...head }), ...this.records.slice(from - 1, to), ''].join('\n');
  }
}

export type Encoding = 'zstd' | 'gzip' | 'identity';
export const encode = (text: string | Buffer, encoding: Encoding): Buffer => {
  const bytes = Buffer.from(text as string);
  return encoding === 'zstd' ? zstdCompressSync(bytes) : encoding === 'gzip' ? gzipSync(bytes) : bytes;
};

/** The key of a station and what it signs. */
export class TestStation {
  readonly stationId: string;
  readonly publicKey: Buffer;
  readonly keyId: string;
  readonly #privateKey: KeyObject;

  constructor(stationId: string) {
    this.stationId = stationId;
    const pair = generateKeyPairSync('ed25519');
    this.#privateKey = pair.privateKey;
    this.publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    this.keyId = keyIdOf(this.publicKey);
  }

  signed(method: Ask['method'], url: string, body: Buffer | null, more: Readonly<Record<string, string>> = {}): Ask {
    const at = url.indexOf('?');
    const request = {
      method,
      path: at === -1 ? url : url.slice(0, at),
      query: at === -1 ? '?' : url.slice(at),
      contentDigest: body === null ? null : contentDigestOf(body),
    };
    const parameters = { keyId: this.keyId, created: 1_700_000_000 };
    const signature = sign(null, Buffer.from(signatureBase(request, parameters)), this.#privateKey);
    return {
      method,
      url,
      headers: {
        'signature-input': `${signatureLabel}=${signatureParams(request, parameters)}`,
        signature: `${signatureLabel}=:${signature.toString('base64')}:`,
        ...(request.contentDigest === null ? {} : { 'content-digest': request.contentDigest }),
        ...more,
      },
      ...(body === null ? {} : { body }),
    };
  }

  async enrol(plant: Plant): Promise<void> {
    const { code } = await plant.enrolment.makeCode(plant.db, this.stationId, 'tests');
    const answer = await ask(plant, this.enrolment(code));
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }

  /** The request that enrols it. @param change fields to put instead. */
  enrolment(code: string, change: Readonly<Record<string, unknown>> = {}): Ask {
    return {
      method: 'POST',
      url: syncPaths.enrol,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(
        JSON.stringify({
          code,
          stationId: this.stationId,
          plantId: demoConfiguration().plant.id,
          publicKey: this.publicKey.toString('base64url'),
          version: '0.2.0',
          ...change,
        }),
      ),
    };
  }

  events(batch: string | Buffer, encoding: Encoding = 'zstd'): Ask {
    return this.signed('POST', syncPaths.events, encode(batch, encoding), {
      'content-type': 'application/x-ndjson',
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    });
  }

  send(plant: Plant, batch: string | Buffer, encoding: Encoding = 'zstd'): Promise<Answer> {
    return ask(plant, this.events(batch, encoding));
  }

  json(method: 'POST', url: string, value: unknown): Ask {
    return this.signed(method, url, Buffer.from(JSON.stringify(value)), { 'content-type': 'application/json' });
  }
}

/** What the server holds of a stream, checked: numbers without a gap, hashes that follow from the records, the head. */
export async function heldLog(db: Db, stationId: string, epoch = 'e1', branch = ''): Promise<string[]> {
  const rows = await db.query<{
    seq: number;
    record: string;
    hash: Uint8Array;
    head_seq: number;
    head_hash: Uint8Array;
    first_seq: number;
  }>(
    `SELECT e.seq, e.record, e.hash, s.head_seq, s.head_hash, s.first_seq FROM stream s JOIN event e USING (stream_id)
     WHERE s.station_id = $1 AND s.epoch = $2 AND s.branch = $3 ORDER BY e.seq`,
    [stationId, epoch, branch],
  );
  const [firstRow] = rows;
  if (firstRow === undefined) return [];
  let previous: Uint8Array | null = firstRow.first_seq === 1 ? Buffer.alloc(32) : null;
  rows.forEach(({ seq, record, hash }, index) => {
    if (seq !== firstRow.first_seq + index)
      throw new Error(`event ${seq} stands where ${firstRow.first_seq + index} is due`);
    if (previous !== null && !sha256(previous, record).equals(hash)) throw new Error(`event ${seq} does not hash`);
    previous = hash;
  });
  const last = rows.at(-1);
  if (last === undefined || last.seq !== last.head_seq || !Buffer.from(last.hash).equals(Buffer.from(last.head_hash)))
    throw new Error('the head is not the last event');
  return rows.map(({ record }) => record);
}
