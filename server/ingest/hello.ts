/** The heartbeat: what the station says of itself is kept, and both ends tell where their streams end. */
import { silentMs, zeroHash } from '#contract/sync/protocol.ts';
import type { Hello, HelloAnswer } from '#contract/sync/up.ts';
import type { Queries } from '../db/db.ts';

/** A count of what waits changes with every hello of a station at work; told at once is when it begins, ends, or leaps. */
const leapOfUnsent = 100;

/**
 * @param now UTC ms by the server's clock.
 * @returns whether the plant view shows something else now: every hello moves `heardAt`, which is no news.
 */
export async function recordHello(on: Queries, stationId: string, hello: Hello, now: number): Promise<boolean> {
  const [row] = await on.query<{ news: boolean }>(
    `WITH before AS (SELECT * FROM station_status WHERE station_id = $1)
     INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state,
       clock_drift_ms, unsent_count, unsent_oldest_at, devices_down, blobs_waiting)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (station_id) DO UPDATE SET heard_at = excluded.heard_at, version = excluded.version,
       boot_id = excluded.boot_id, started_at = excluded.started_at, config_hash = excluded.config_hash,
       store_state = excluded.store_state, clock_drift_ms = excluded.clock_drift_ms,
       unsent_count = excluded.unsent_count, unsent_oldest_at = excluded.unsent_oldest_at,
       devices_down = excluded.devices_down, blobs_waiting = excluded.blobs_waiting
     RETURNING NOT EXISTS (
       SELECT FROM before b WHERE b.heard_at > $2::timestamptz - make_interval(secs => $13::double precision / 1000)
         AND b.version = $3 AND b.boot_id = $4 AND b.config_hash = $6 AND b.store_state = $7
         AND b.devices_down = $11::text[] AND (b.unsent_count = 0) = ($9::bigint = 0)
         AND abs(b.unsent_count - $9::bigint) < $14::bigint) AS news`,
    [
      stationId,
      new Date(now),
      hello.version,
      hello.bootId,
      whole(hello.startedAt),
      hello.configHash,
      hello.storeState,
      whole(hello.now - now),
      hello.unsent.count,
      hello.unsent.oldestAt === null ? null : whole(hello.unsent.oldestAt),
      hello.devicesDown,
      hello.blobsWaiting,
      silentMs,
      leapOfUnsent,
    ],
  );
  return row?.news ?? true;
}

/** A clock may say anything; the column is a bigint. */
const whole = (value: number): number =>
  Math.round(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));

/** Heads of the asked streams, in their order. */
export async function headsOf(
  on: Queries,
  stationId: string,
  streams: readonly { readonly epoch: string; readonly branch: string }[],
): Promise<HelloAnswer['streams']> {
  const rows = await on.query<{ epoch: string; branch: string; head_seq: number; head_hash: Uint8Array }>(
    'SELECT epoch, branch, head_seq, head_hash FROM stream WHERE station_id = $1 AND epoch = ANY($2::text[])',
    [stationId, [...new Set(streams.map(({ epoch }) => epoch))]],
  );
  const heads = new Map(rows.map((row) => [`${row.epoch}/${row.branch}`, row]));
  return streams.map(({ epoch, branch }) => {
    const row = heads.get(`${epoch}/${branch}`);
    return row === undefined
      ? { epoch, branch, seq: 0, hash: zeroHash }
      : { epoch, branch, seq: row.head_seq, hash: Buffer.from(row.head_hash).toString('hex') };
  });
}
