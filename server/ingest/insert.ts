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

/**
 * All records of a batch from one text, cut apart in the database: a JSON record holds no line break, so nothing has to be
 * escaped, and no list of values is built here (docs/performance.md has the ways that were measured).
 * @returns how many were written.
 */
export function insertEvents(tx: Queries, rows: EventRows): Promise<number> {
  return tx.execute(
    `INSERT INTO event (received_month, stream_id, seq, received_at, hash, record)
     SELECT $1::date, $2::bigint, $3::bigint + n - 1, $4::timestamptz, substring($5::bytea FROM (n::int - 1) * 32 + 1 FOR 32), record
     FROM string_to_table($6::text, E'\\n') WITH ORDINALITY AS line (record, n)`,
    [monthOf(rows.receivedAt), rows.streamId, rows.first, new Date(rows.receivedAt), rows.hashes, rows.text],
  );
}
