/** How far the read model is behind the streams. */
import type { PlantHealth } from '#contract/plant/base.ts';
import type { Queries } from '../db/db.ts';

/** `oldestAt`: when the oldest event that is not folded came, UTC ms. */
export async function behindOf(db: Queries): Promise<PlantHealth['behind']> {
  const [row] = await db.query<{ events: number | null; oldest: Date | null }>(
    `SELECT sum(b.head_seq - b.seq)::bigint AS events, min(e.received_at) AS oldest FROM (
       SELECT s.stream_id, s.head_seq, coalesce(p.seq, s.first_seq - 1) AS seq, coalesce(p.month, '-infinity') AS month
       FROM stream s LEFT JOIN projected p USING (stream_id) WHERE s.head_seq > coalesce(p.seq, s.first_seq - 1)) b
     LEFT JOIN LATERAL (
       SELECT received_at FROM event e WHERE e.stream_id = b.stream_id AND e.seq = b.seq + 1 AND e.received_month >= b.month
     ) e ON true`,
  );
  return { events: row?.events ?? 0, oldestAt: row?.oldest?.getTime() ?? null };
}
