/** The one statement that writes events. */
import type { Queries } from '../db/db.ts';
import { monthOf } from './partitions.ts';

export interface EventRows {
  readonly streamId: number;
  /** Number of the first record in `text`. */
  readonly first: number;
  /** Records, each followed by \n but the last. */
  readonly text: string;
  /** 32 bytes per record. */
  readonly hashes: Uint8Array;
  /** UTC ms by the server's clock. */
  readonly receivedAt: number;
}

/** Where a stream stands and where it comes to stand. */
export interface HeadMove {
  readonly prevHash: Uint8Array;
  readonly last: number;
  readonly lastHash: Uint8Array;
}

/**
 * All records of a batch from one text, cut apart in the database: a JSON record holds no line break, so nothing has to be
 * escaped, and no list of values is built here (docs/performance.md has the ways that were measured).
 * @returns how many were written.
 */
export const insertEvents = (tx: Queries, rows: EventRows): Promise<number> =>
  tx.execute(
    `INSERT INTO event (received_month, stream_id, seq, received_at, hash, record)
     SELECT $1::date, $2::bigint, $3::bigint + n - 1, $4::timestamptz, substring($5::bytea FROM (n::int - 1) * 32 + 1 FOR 32), record
     FROM string_to_table($6::text, E'\\n') WITH ORDINALITY AS line (record, n)`,
    [monthOf(rows.receivedAt), rows.streamId, rows.first, new Date(rows.receivedAt), rows.hashes, rows.text],
  );

export interface Append {
  readonly rows: EventRows & { readonly count: number };
  readonly move: HeadMove;
}

/**
 * Batches of as many streams in one statement, which is a transaction of its own: one round trip and one write to disk for
 * all of them.
 * @returns of each whether it was written; false: its stream does not end where the batch begins, and nothing was done.
 */
export async function appendAll(db: Queries, appends: readonly Append[]): Promise<readonly boolean[]> {
  const at = Math.max(...appends.map(({ rows }) => rows.receivedAt));
  const each = <T>(value: (append: Append) => T): T[] => appends.map(value);
  const line = <T>(value: (append: Append, index: number) => T): T[] =>
    appends.flatMap((append) => Array.from({ length: append.rows.count }, (_, index) => value(append, index)));
  const moved = await db.query<{ stream_id: number }>(
    `WITH moved AS (
       UPDATE stream s SET head_seq = a.last, head_hash = decode(a.last_hash, 'hex'), last_received_at = $2
       FROM unnest($7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[]) AS a (stream_id, first, last, prev_hash, last_hash)
       WHERE s.stream_id = a.stream_id AND s.head_seq = a.first - 1 AND s.head_hash = decode(a.prev_hash, 'hex')
       RETURNING s.stream_id),
     written AS (
       INSERT INTO event (received_month, stream_id, seq, received_at, hash, record)
       SELECT $1::date, stream_id, seq, $2::timestamptz, substring($3::bytea FROM (n::int - 1) * 32 + 1 FOR 32), record
       FROM ROWS FROM (string_to_table($4::text, E'\\n'), unnest($5::bigint[]), unnest($6::bigint[])) WITH ORDINALITY
         AS line (record, stream_id, seq, n) JOIN moved USING (stream_id))
     SELECT stream_id FROM moved`,
    [
      monthOf(at),
      new Date(at),
      Buffer.concat(each(({ rows }) => rows.hashes)),
      each(({ rows }) => rows.text).join('\n'),
      line(({ rows }) => rows.streamId),
      line(({ rows }, index) => rows.first + index),
      each(({ rows }) => rows.streamId),
      each(({ rows }) => rows.first),
      each(({ move }) => move.last),
      each(({ move }) => Buffer.from(move.prevHash).toString('hex')),
      each(({ move }) => Buffer.from(move.lastHash).toString('hex')),
    ],
  );
  const written = new Set(moved.map(({ stream_id }) => stream_id));
  return appends.map(({ rows }) => written.has(rows.streamId));
}

/** Takes the stream's row and moves its head; the events follow in the same transaction. @returns false: it does not end where `first` says. */
export const moveHead = async (
  tx: Queries,
  { streamId, first, receivedAt }: Pick<EventRows, 'streamId' | 'first' | 'receivedAt'>,
  { prevHash, last, lastHash }: HeadMove,
): Promise<boolean> =>
  (await tx.execute(
    `UPDATE stream SET head_seq = $3, head_hash = $4, last_received_at = $5
     WHERE stream_id = $1 AND head_seq = $2::bigint - 1 AND head_hash = $6`,
    [streamId, first, last, lastHash, new Date(receivedAt), prevHash],
  )) > 0;
