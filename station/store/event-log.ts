/** The fact table `event`: keys, hash chain, reading. No transaction and no listener here; the store holds those. */
import { createHash } from 'node:crypto';
import type { EventRecord } from '#contract/envelope.ts';
import { eventDefinition, upcast, type DomainEvent, type StoredEvent } from '#contract/events/index.ts';
import { InvalidEventError, messageOf } from './errors.ts';
import type { SqlDb } from './sql-db.ts';

/** Position of an event; `epoch` is the text, not the row number. */
export interface LogPosition {
  readonly epoch: string;
  readonly seq: number;
}

/** A row of the log as it lies there. */
export interface LogRow {
  readonly epochId: number;
  readonly seq: number;
  readonly record: string;
  readonly hash: Uint8Array;
}

export interface EpochRow {
  readonly id: number;
  readonly epoch: string;
  readonly createdAt: number;
}

export interface ChainFault extends LogPosition {
  readonly what: 'gap' | 'hash-mismatch' | 'key-mismatch' | 'record-unreadable';
  readonly detail: string;
}

export interface ChainReport {
  readonly events: number;
  readonly epochs: number;
  readonly fault: ChainFault | null;
}

export type Progress = (done: number, total: number) => void;

/** How many rows are between two calls of a progress callback. */
export const progressEvery = 1_000;

const pageSize = 500;

const noHash = new Uint8Array(32);

/** SHA-256(previous hash (32 bytes, zeros before the first) followed by the record's UTF-8 bytes). */
export function chainHash(previous: Uint8Array, record: string): Buffer {
  return createHash('sha256').update(previous).update(record, 'utf8').digest();
}

/**
 * The event with its body as its schema gave it back, at the newest version of its type.
 * @throws InvalidEventError
 */
export function validated(event: DomainEvent): {
  readonly type: string;
  readonly version: number;
  readonly body: unknown;
} {
  const definition = eventDefinition(event.type);
  if (!definition) throw new InvalidEventError(event.type, '', 'is not a known event type (contract/events/index.ts)');
  if (event.version !== definition.version) {
    throw new InvalidEventError(
      event.type,
      '',
      `has version ${event.version}, the newest is ${definition.version}; make events with event()`,
    );
  }
  const parsed = definition.schema.safeParse(event.body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InvalidEventError(event.type, (issue?.path ?? []).join('.'), issue?.message ?? 'is invalid');
  }
  return { type: event.type, version: event.version, body: parsed.data };
}

/** The record text as an event at its newest version. */
export function storedEvent(record: string): EventRecord {
  return upcast(JSON.parse(record) as EventRecord);
}

/** Whether projections may be given it: a type this program knows, at the newest version it knows. */
export function isKnown(event: EventRecord): event is StoredEvent {
  return eventDefinition(event.type)?.version === event.version;
}

export class EventLog {
  readonly #db: SqlDb;

  constructor(db: SqlDb) {
    this.#db = db;
  }

  epochs(): EpochRow[] {
    return this.#db.all<EpochRow>('SELECT id, epoch, createdAt FROM epoch ORDER BY id');
  }

  insertEpoch(epoch: string, createdAt: number): void {
    this.#db.run('INSERT INTO epoch (epoch, createdAt) VALUES (?, ?)', epoch, createdAt);
  }

  /** Last seq and hash of an epoch; seq 0 and zeros when it is empty. */
  tail(epochId: number): { seq: number; hash: Uint8Array } {
    const row = this.#db.get<LogRow>('SELECT * FROM event WHERE epochId = ? ORDER BY seq DESC LIMIT 1', epochId);
    return row ? { seq: row.seq, hash: row.hash } : { seq: 0, hash: noHash };
  }

  /** Of all epochs, from the last number of each: numbers have no gaps. */
  count(): number {
    return this.epochs().reduce((sum, epoch) => sum + this.tail(epoch.id).seq, 0);
  }

  first(): EventRecord | null {
    const row = this.#db.get<LogRow>('SELECT * FROM event ORDER BY epochId, seq LIMIT 1');
    return row ? storedEvent(row.record) : null;
  }

  last(): EventRecord | null {
    const row = this.#db.get<LogRow>('SELECT * FROM event ORDER BY epochId DESC, seq DESC LIMIT 1');
    return row ? storedEvent(row.record) : null;
  }

  insert(epochId: number, seq: number, record: string, hash: Uint8Array): void {
    this.#db.run('INSERT INTO event (epochId, seq, record, hash) VALUES (?, ?, ?, ?)', epochId, seq, record, hash);
  }

  /** Rows of one epoch after `seq`, in order. */
  page(epochId: number, afterSeq: number, limit: number): LogRow[] {
    return this.#db.all<LogRow>(
      'SELECT * FROM event WHERE epochId = ? AND seq > ? ORDER BY seq LIMIT ?',
      epochId,
      afterSeq,
      limit,
    );
  }

  between(epochId: number, first: number, last: number): LogRow[] {
    return this.#db.all<LogRow>(
      'SELECT * FROM event WHERE epochId = ? AND seq BETWEEN ? AND ? ORDER BY seq',
      epochId,
      first,
      last,
    );
  }

  rows(): IterableIterator<LogRow> {
    return this.#db.iterate<LogRow>('SELECT * FROM event ORDER BY epochId, seq');
  }

  /**
   * The records `first` to `last` of one epoch as they are sent: each text followed by a line break. Put together by
   * SQLite, so that no string is made of each.
   * @throws Error when a number is missing
   */
  lines(epochId: number, first: number, last: number): Buffer {
    const row = this.#db.get<{ n: number; text: Uint8Array | null }>(
      `SELECT count(*) AS n, CAST(group_concat(record, char(10)) || char(10) AS BLOB) AS text
       FROM event WHERE epochId = ? AND seq BETWEEN ? AND ?`,
      epochId,
      first,
      last,
    );
    if (row === undefined || row.n !== last - first + 1 || row.text === null) {
      throw new Error(`the log has ${row?.n ?? 0} of the ${last - first + 1} events from number ${first} on`);
    }
    return Buffer.from(row.text.buffer, row.text.byteOffset, row.text.byteLength);
  }

  /** The hash chain up to this number; zeros before the first. @throws Error when there is no such number */
  hashAt(epochId: number, seq: number): Uint8Array {
    if (seq === 0) return noHash;
    const row = this.#db.get<{ hash: Uint8Array }>(
      'SELECT hash FROM event WHERE epochId = ? AND seq = ?',
      epochId,
      seq,
    );
    if (row === undefined) throw new Error(`the log has no event ${seq}`);
    return row.hash;
  }

  hashes(epochId: number, first: number, count: number): Uint8Array[] {
    return this.#db
      .all<{
        hash: Uint8Array;
      }>('SELECT hash FROM event WHERE epochId = ? AND seq >= ? ORDER BY seq LIMIT ?', epochId, first, count)
      .map(({ hash }) => hash);
  }

  newestFirst(limit: number): LogRow[] {
    return this.#db.all<LogRow>('SELECT * FROM event ORDER BY epochId DESC, seq DESC LIMIT ?', limit);
  }

  /** Recomputes every hash and checks that no number is missing. Stops at the first fault. */
  verify(total: number, progress: Progress): ChainReport {
    const epochs = new Map(this.epochs().map((row) => [row.id, row.epoch]));
    let epochId = -1;
    let seq = 0;
    let hash: Uint8Array = noHash;
    let done = 0;
    for (const row of this.rows()) {
      if (row.epochId !== epochId) {
        epochId = row.epochId;
        seq = 0;
        hash = noHash;
      }
      const fault = faultAt(row, epochs.get(epochId) ?? `row ${epochId}`, seq + 1, hash);
      if (fault) return { events: done, epochs: epochs.size, fault };
      seq = row.seq;
      hash = row.hash;
      done += 1;
      if (done % progressEvery === 0) progress(done, total);
    }
    progress(done, total);
    return { events: done, epochs: epochs.size, fault: null };
  }

  /** The last `count` events of an epoch against the chain: cheap enough for every start. */
  verifyTail(epoch: EpochRow, count: number): ChainFault | null {
    const last = this.tail(epoch.id).seq;
    const first = Math.max(1, last - count + 1);
    const before = this.between(epoch.id, first - 1, first - 1)[0];
    if (first > 1 && !before)
      return { epoch: epoch.epoch, seq: first - 1, what: 'gap', detail: 'the event is missing' };
    let hash = before?.hash ?? noHash;
    let seq = first;
    for (const row of this.between(epoch.id, first, last)) {
      const fault = faultAt(row, epoch.epoch, seq, hash);
      if (fault) return fault;
      hash = row.hash;
      seq += 1;
    }
    return null;
  }
}

function faultAt(row: LogRow, epoch: string, expectedSeq: number, previous: Uint8Array): ChainFault | null {
  if (row.seq !== expectedSeq) {
    return { epoch, seq: expectedSeq, what: 'gap', detail: `the next event there is has seq ${row.seq}` };
  }
  if (!chainHash(previous, row.record).equals(row.hash)) {
    return { epoch, seq: row.seq, what: 'hash-mismatch', detail: 'the record is not the one that was hashed' };
  }
  try {
    const record = JSON.parse(row.record) as EventRecord;
    if (record.epoch !== epoch || record.seq !== row.seq) {
      return { epoch, seq: row.seq, what: 'key-mismatch', detail: `the record says ${record.epoch}/${record.seq}` };
    }
  } catch (error) {
    return { epoch, seq: row.seq, what: 'record-unreadable', detail: messageOf(error) };
  }
  return null;
}

/** The whole log in order, a page at a time, so that writing between pages is possible. */
export function* pagesOf(log: EventLog): Generator<LogRow[]> {
  for (const epoch of log.epochs()) {
    let after = 0;
    for (;;) {
      const page = log.page(epoch.id, after, pageSize);
      yield page;
      const last = page.at(-1);
      if (!last || page.length < pageSize) break;
      after = last.seq;
    }
  }
}
