/** What happens to a batch in the database: one transaction that holds the stream's row (docs/server.md, streams up). */
import { zeroHash, type Head } from '#contract/sync/protocol.ts';
import type { BatchHead } from '#contract/sync/up.ts';
import type { Queries } from '../db/db.ts';
import type { Batch } from './batch.ts';
import { recordFork } from './forks.ts';
import { insertEvents } from './insert.ts';
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

/** @param now UTC ms by the server's clock. */
export async function storeBatch(tx: Queries, stationId: string, batch: Batch, now: number): Promise<Stored> {
  const { head } = batch;
  const key = { stationId, epoch: head.epoch, branch: head.branch };
  const streamId = streamIdOf(key);
  let stream = await lockStream(tx, key);
  if (stream === null) {
    const refused = await whyNotBegun(tx, stationId, batch);
    if (refused !== null) return refused;
    await beginStream(tx, streamId, stationId, head, now);
    // Another instance may have been faster; then its row is what counts.
    stream = await lockStream(tx, key);
    if (stream === null) throw new Error(`stream ${streamId} is not there although it was just written`);
  }
  const held: Head = { seq: stream.head_seq, hash: hex(stream.head_hash) };
  const last = head.first + head.count - 1;
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
      : await isHeld(tx, streamId, held, head.first + overlap - 1, hashAt(batch, overlap - 1));
  if (!same) {
    const fromSeq = await firstDifference(tx, streamId, batch, held);
    await recordFork(tx, { stationId, epoch: head.epoch, branch: head.branch, fromSeq, now });
    return { kind: 'fork', head: held, fromSeq };
  }
  const stored = head.count - overlap;
  if (stored === 0) return { kind: 'stored', streamId, head: held, stored, replayed: overlap };

  const written = await insertEvents(tx, {
    streamId,
    first: held.seq + 1,
    text: fromRecord(batch.text, overlap),
    hashes: batch.hashes.subarray(overlap * hashBytes),
    receivedAt: now,
  });
  if (written !== stored) throw new Error(`${written} events were written instead of ${stored}`);
  await tx.execute('UPDATE stream SET head_seq = $2, head_hash = $3, last_received_at = $4 WHERE stream_id = $1', [
    streamId,
    last,
    hashAt(batch, head.count - 1),
    new Date(now),
  ]);
  return { kind: 'stored', streamId, head: { seq: last, hash: head.lastHash }, stored, replayed: overlap };
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
async function whyNotBegun(tx: Queries, stationId: string, batch: Batch): Promise<Stored | null> {
  const { head } = batch;
  if (head.branch === '') {
    if (head.first === 1) return null;
    return { kind: 'gap', head: nothing, problem: `the batch begins with event ${head.first}, the server has nothing` };
  }
  if (hex(hashAt(batch, 0)).slice(0, 16) !== head.branch)
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
  if (beside !== undefined && Buffer.compare(beside.hash, hashAt(batch, 0)) === 0)
    return { kind: 'invalid', problem: `event ${head.first} is no branch, the stream holds the same` };
  return null;
}

const hashAt = (batch: Batch, index: number): Uint8Array =>
  batch.hashes.subarray(index * hashBytes, (index + 1) * hashBytes);

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

async function firstDifference(tx: Queries, streamId: number, batch: Batch, held: Head): Promise<number> {
  const { first, count } = batch.head;
  const rows = await hashesOf(tx, streamId, first, Math.min(first + count - 1, held.seq));
  const different = rows.find(({ seq, hash }) => Buffer.compare(hash, hashAt(batch, seq - first)) !== 0);
  // Nothing in common: the two ends parted at the event before the batch, or earlier.
  return different?.seq ?? held.seq;
}

/** The text from the record at `index` on. */
function fromRecord(text: string, index: number): string {
  let at = 0;
  for (let skipped = 0; skipped < index; skipped += 1) at = text.indexOf('\n', at) + 1;
  return text.slice(at);
}
