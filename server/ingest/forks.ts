/** Where two ends of a stream differ. Nothing is overwritten; a person looks at it (docs/server.md, branches). */
import { tellChanged } from '../changes-feed.ts';
import type { Queries } from '../db/db.ts';

export interface Fork {
  readonly stationId: string;
  readonly epoch: string;
  /** Empty: seen when the station went on under numbers that the server holds; what it has instead is not here yet. */
  readonly branch: string;
  readonly fromSeq: number;
  /** UTC ms. */
  readonly now: number;
}

/** A fork seen again stays as it was first found; one whose branch comes now gets its name. */
export async function recordFork(tx: Queries, { stationId, epoch, branch, fromSeq, now }: Fork): Promise<void> {
  await tellChanged(tx, 'trouble');
  if (branch !== '') {
    const named = await tx.execute(
      `UPDATE fork SET branch = $3, from_seq = $4 WHERE station_id = $1 AND epoch = $2 AND branch = ''
         AND NOT EXISTS (SELECT FROM fork other WHERE other.station_id = $1 AND other.epoch = $2 AND other.branch = $3)`,
      [stationId, epoch, branch, fromSeq],
    );
    if (named > 0) return;
  }
  await tx.execute(
    `INSERT INTO fork (station_id, epoch, branch, from_seq, found_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (station_id, epoch, branch) DO UPDATE SET from_seq = least(fork.from_seq, excluded.from_seq)`,
    [stationId, epoch, branch, fromSeq, new Date(now)],
  );
}
