/** What happens to a batch in the database: one statement or one transaction that holds the stream's row (docs/server.md, streams up). */
import { zeroHash, type Head } from '#contract/sync/protocol.ts';
import type { BatchHead } from '#contract/sync/up.ts';
import type { Db, Queries } from '../db/db.ts';
import { retried } from '../db/retry.ts';
import { grouped } from '../grouped.ts';
import type { Batch, Records } from './batch.ts';
import { recordFork } from './forks.ts';
import { appendAll, insertEvents, moveHead, type Append, type HeadMove } from './insert.ts';
import { streamIdOf, type StreamKey } from './stream-id.ts';

export type Stored =
  | {
      readonly kind: 'stored';
      readonly streamId: number;
      readonly head: Head;
      readonly stored: number;
      readonly replayed: number;
    }
  /** `head` is where the station has to go on. */
  | { readonly kind: 'gap'; readonly head: Head; readonly problem: string }
  /** The server holds another event under `fromSeq`, or under one before it where that was not in the batch. */
  | { readonly kind: 'fork'; readonly head: Head; readonly fromSeq: number }
  | { readonly kind: 'invalid'; readonly problem: string };

interface StreamName {
  readonly station_id: string;
  readonly epoch: string;
  readonly branch: string;
}
interface StreamRow {
  readonly stream_id: number;
  readonly first_seq: number;
  readonly head_seq: number;
  readonly head_hash: Uint8Array;
}

const hashBytes = 32;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const nothing: Head = { seq: 0, hash: zeroHash };

/** Events of one statement: while the database writes some, the next are checked and hashed. */
const pieceEvents = 1_000;
/** Batches of at most so many events are written together with those of other stations. */
const fewEvents = 250;
/** Two, so that one is on its way while the other is written to disk. */
const groups = { most: 64, atOnce: 2 } as const;

/** @param now UTC ms by the server's clock. @throws HttpFault of the batch */
export type StoreBatch = (stationId: string, batch: Batch, now: number) => Promise<Stored>;

export function createStoreBatch(db: Db): StoreBatch {
  const appendFew = grouped<Append, boolean>(groups, (appends) => retried(() => appendAll(db, appends)));
  return (stationId, batch, now) => storeBatch(db, appendFew, stationId, batch, now);
}

async function storeBatch(
  db: Db,
  appendFew: (append: Append) => Promise<boolean>,
  stationId: string,
  batch: Batch,
  now: number,
): Promise<Stored> {
  const { head } = batch;
  const streamId = streamIdOf({ stationId, epoch: head.epoch, branch: head.branch });
  // Nearly always a batch goes on where the stream ends.
  const appended =
    head.count <= fewEvents
      ? await appendFew({
          rows: { streamId, receivedAt: now, ...batch.records(0, head.count) },
          move: moveOf(head),
        })
      : await db.transaction((tx) => storeInPieces(tx, streamId, batch, now));
  if (appended) return { kind: 'stored', streamId, head: headAfter(head), stored: head.count, replayed: 0 };
  const { hashes } = batch.records(0, head.count);
  const held = await headOfReplay(db, streamId, head, hashAt(hashes, head.count - 1));
  if (held !== null) return { kind: 'stored', streamId, head: held, stored: 0, replayed: head.count };
  return db.transaction((tx) => compareAndStore(tx, streamId, stationId, batch, now));
}

const lastOf = (head: BatchHead): number => head.first + head.count - 1;
const headAfter = (head: BatchHead): Head => ({ seq: lastOf(head), hash: head.lastHash });
const moveOf = (head: BatchHead): HeadMove => ({
  prevHash: Buffer.from(head.prevHash, 'hex'),
  last: lastOf(head),
  lastHash: Buffer.from(head.lastHash, 'hex'),
});

/**
 * What is wrong with the batch may show when some of it is written: the transaction takes it back.
 * @returns false: the stream does not end where the batch begins; nothing was done.
 */
async function storeInPieces(tx: Queries, streamId: number, batch: Batch, receivedAt: number): Promise<boolean> {
  const { first, count } = batch.head;
  const piece = (from: number): Records | null =>
    from < count ? batch.records(from, Math.min(from + pieceEvents, count)) : null;
  const moved = moveHead(tx, { streamId, first, receivedAt }, moveOf(batch.head));
  let next = await during(moved, () => piece(0));
  if (!(await moved)) return false;
  while (next !== null) {
    const rows: Records = next;
    const written = insertEvents(tx, { streamId, receivedAt, ...rows });
    next = await during(written, () => piece(rows.first - first + rows.count));
    if ((await written) !== rows.count)
      throw new Error(`${await written} events were written instead of ${rows.count}`);
  }
  return true;
}

/** What `act` gives, when `running` has ended too, however either ends. */
async function during<T>(running: Promise<unknown>, act: () => T): Promise<T> {
  try {
    return act();
  } finally {
    await running;
  }
}

/** Without a lock: what is at or below a head stays. @returns the head, where the stream holds the whole batch. */
async function headOfReplay(
  db: Queries,
  streamId: number,
  head: BatchHead,
  lastHash: Uint8Array,
): Promise<Head | null> {
  const [row] = await db.query<{ head_seq: number; head_hash: Uint8Array; hash: Uint8Array | null }>(
    `SELECT head_seq, head_hash, (SELECT hash FROM event e WHERE e.stream_id = s.stream_id AND e.seq = $3) AS hash
     FROM stream s WHERE stream_id = $1 AND first_seq <= $2 AND head_seq >= $3`,
    [streamId, head.first, lastOf(head)],
  );
  if (row === undefined || row.hash === null || Buffer.compare(row.hash, lastHash) !== 0) return null;
  return { seq: row.head_seq, hash: hex(row.head_hash) };
}

/** Under the stream's lock: begins it, stores what is new of the batch, tells of a gap or a fork. */
async function compareAndStore(
  tx: Queries,
  streamId: number,
  stationId: string,
  batch: Batch,
  now: number,
): Promise<Stored> {
  const { head } = batch;
  const { hashes } = batch.records(0, head.count);
  const key = { stationId, epoch: head.epoch, branch: head.branch };
  let stream = await lockStream(tx, key);
  if (stream === null) {
    const refused = await whyNotBegun(tx, stationId, head, hashes);
    if (refused !== null) return refused;
    await beginStream(tx, streamId, stationId, head, now);
    // Another instance may have been faster; then its row is what counts.
    stream = await lockStream(tx, key);
    if (stream === null) throw new Error(`stream ${streamId} is not there although it was just written`);
  }
  const held: Head = { seq: stream.head_seq, hash: hex(stream.head_hash) };
  const last = lastOf(head);
  if (head.first > held.seq + 1)
    return {
      kind: 'gap',
      head: held,
      problem: `the batch begins with event ${head.first}, the server ends with ${held.seq}`,
    };
  if (head.first < stream.first_seq)
    return { kind: 'invalid', problem: `the branch begins with event ${stream.first_seq}, not with ${head.first}` };

  const overlap = Math.min(last, held.seq) - head.first + 1;
  const same =
    overlap === 0
      ? head.prevHash === held.hash
      : await isHeld(tx, streamId, held, head.first + overlap - 1, hashAt(hashes, overlap - 1));
  if (!same) {
    const fromSeq = await firstDifference(tx, streamId, head, hashes, held);
    await recordFork(tx, { stationId, epoch: head.epoch, branch: head.branch, fromSeq, now });
    return { kind: 'fork', head: held, fromSeq };
  }
  const stored = head.count - overlap;
  if (stored === 0) return { kind: 'stored', streamId, head: held, stored, replayed: overlap };

  const rows = { streamId, receivedAt: now, ...batch.records(overlap, head.count) };
  const from = { ...moveOf(head), prevHash: stream.head_hash };
  if (!(await moveHead(tx, rows, from))) throw new Error(`the head of stream ${streamId} moved although it is locked`);
  const written = await insertEvents(tx, rows);
  if (written !== stored) throw new Error(`${written} events were written instead of ${stored}`);
  return { kind: 'stored', streamId, head: headAfter(head), stored, replayed: overlap };
}

/** @throws Error when another stream has the same number: nothing is mixed. */
async function lockStream(tx: Queries, key: StreamKey): Promise<StreamRow | null> {
  const [row] = await tx.query<StreamRow & StreamName>(
    `SELECT stream_id, first_seq, head_seq, head_hash, station_id, epoch, branch FROM stream
     WHERE stream_id = $1 FOR UPDATE`,
    [streamIdOf(key)],
  );
  if (row === undefined) return null;
  if (row.station_id !== key.stationId || row.epoch !== key.epoch || row.branch !== key.branch)
    throw new Error(
      `stream ${row.stream_id} is ${row.station_id}/${row.epoch}/${row.branch} and cannot be ${key.stationId}/${key.epoch}/${key.branch} too`,
    );
  return row;
}

async function beginStream(
  tx: Queries,
  streamId: number,
  stationId: string,
  head: BatchHead,
  now: number,
): Promise<void> {
  // Whichever of the two unique keys another instance's row meets first.
  await tx.execute(
    `INSERT INTO stream (stream_id, station_id, epoch, branch, first_seq, head_seq, head_hash, begun_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      streamId,
      stationId,
      head.epoch,
      head.branch,
      head.first,
      head.first - 1,
      Buffer.from(head.prevHash, 'hex'),
      new Date(now),
    ],
  );
  if (head.branch !== '')
    await recordFork(tx, { stationId, epoch: head.epoch, branch: head.branch, fromSeq: head.first, now });
}

/** A stream begins with event 1; a branch with the event that gave it its name, behind one that the server holds. */
async function whyNotBegun(
  tx: Queries,
  stationId: string,
  head: BatchHead,
  hashes: Uint8Array,
): Promise<Stored | null> {
  if (head.branch === '') {
    if (head.first === 1) return null;
    return { kind: 'gap', head: nothing, problem: `the batch begins with event ${head.first}, the server has nothing` };
  }
  if (hex(hashAt(hashes, 0)).slice(0, 16) !== head.branch)
    return {
      kind: 'gap',
      head: nothing,
      problem: `the server has nothing of branch ${head.branch}, and event ${head.first} is not its first`,
    };
  const trunk = await lockStream(tx, { stationId, epoch: head.epoch, branch: '' });
  if (head.first === 1) {
    if (head.prevHash !== zeroHash) return { kind: 'invalid', problem: 'prevHash is all zeros before event 1' };
    // The server may have lost the stream itself (an older backup); the station cannot send what it does not have.
    if (trunk === null) return null;
  } else if (trunk === null || trunk.head_seq < head.first - 1)
    return {
      kind: 'gap',
      head: nothing,
      problem: `branch ${head.branch} leaves its stream after event ${head.first - 1}, which the server does not have yet; send the stream first`,
    };
  const [base] = await hashesOf(tx, trunk.stream_id, head.first - 1, head.first - 1);
  if (head.first > 1 && (base === undefined || hex(base.hash) !== head.prevHash))
    return { kind: 'invalid', problem: `prevHash is not the hash of event ${head.first - 1} of the stream` };
  const [beside] = await hashesOf(tx, trunk.stream_id, head.first, head.first);
  if (beside !== undefined && Buffer.compare(beside.hash, hashAt(hashes, 0)) === 0)
    return { kind: 'invalid', problem: `event ${head.first} is no branch, the stream holds the same` };
  return null;
}

const hashAt = (hashes: Uint8Array, index: number): Uint8Array =>
  hashes.subarray(index * hashBytes, (index + 1) * hashBytes);

interface HashRow {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** Both ends belong to it. */
export function hashesOf(on: Queries, streamId: number, from: number, to: number): Promise<HashRow[]> {
  return on.query<HashRow>('SELECT seq, hash FROM event WHERE stream_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq', [
    streamId,
    from,
    to,
  ]);
}

/** One look-up proves all events up to `seq`: they are chained. */
async function isHeld(tx: Queries, streamId: number, held: Head, seq: number, hash: Uint8Array): Promise<boolean> {
  if (seq === held.seq) return held.hash === hex(hash);
  const [row] = await hashesOf(tx, streamId, seq, seq);
  if (row === undefined) throw new Error(`event ${seq} of stream ${streamId} is missing below its head ${held.seq}`);
  return Buffer.compare(row.hash, hash) === 0;
}

async function firstDifference(
  tx: Queries,
  streamId: number,
  { first, count }: BatchHead,
  hashes: Uint8Array,
  held: Head,
): Promise<number> {
  const rows = await hashesOf(tx, streamId, first, Math.min(first + count - 1, held.seq));
  const different = rows.find(({ seq, hash }) => Buffer.compare(hash, hashAt(hashes, seq - first)) !== 0);
  // Nothing in common: the two ends parted at the event before the batch, or earlier.
  return different?.seq ?? held.seq;
}
