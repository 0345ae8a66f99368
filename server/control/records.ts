/** The facts that a point of a chart rests on, verbatim as the stations told them. */
import { createHash } from 'node:crypto';
import type { EventRecord } from '#contract/envelope.ts';
import { upcast, type BodyOf, type StoredEvent } from '#contract/events/index.ts';
import type { StoredRecord } from '#contract/rpc/control.ts';
import { isRecordOf } from '#domain/control/records.ts';
import { actorName } from '#domain/units/holder.ts';
import type { Queries } from '../db/db.ts';
import type { InForce } from '../configuration.ts';
import type { Sight } from '../rpc/sight.ts';
import { sees } from './charts.ts';

interface Row {
  readonly record: string;
  readonly hash: Uint8Array;
  readonly before: Uint8Array | null;
}

/** In the order of the logs; empty: there is no such point, or the person does not see its station. */
export async function pointRecords(
  db: Queries,
  force: InForce,
  pointId: string,
  sight: Sight,
): Promise<readonly StoredRecord[]> {
  const [point] = await db.query<{ body: string }>('SELECT body FROM chart_point WHERE point_id = $1', [pointId]);
  if (point === undefined) return [];
  const body = JSON.parse(point.body) as BodyOf<'point.charted'>;
  if (!sees(sight, body.chart.stationId)) return [];
  const rows = await db.query<Row>(
    `WITH span AS (
       SELECT stream_id, seq AS from_seq, seq AS to_seq, month FROM chart_point WHERE point_id = $1 AND seq IS NOT NULL
       UNION SELECT stream_id, seq, seq, month FROM unit_fact WHERE serial = ANY($2)
       UNION SELECT stream_id, from_seq, to_seq, from_month FROM execution_span WHERE execution_id = ANY($3)
     )
     SELECT e.record, e.hash, b.hash AS before
     FROM (SELECT DISTINCT e.stream_id, e.seq, e.record, e.hash, e.received_month FROM span JOIN LATERAL (
       SELECT * FROM event e WHERE e.stream_id = span.stream_id AND e.seq BETWEEN span.from_seq AND span.to_seq
         AND e.received_month >= span.month) e ON true) e
     LEFT JOIN LATERAL (SELECT hash FROM event WHERE stream_id = e.stream_id AND seq = e.seq - 1
       AND received_month BETWEEN e.received_month - interval '2 months' AND e.received_month LIMIT 1) b ON true
     ORDER BY e.stream_id, e.seq`,
    [
      pointId,
      [...new Set(body.values.map(({ serial }) => serial))],
      [...new Set(body.values.flatMap(({ executionId }) => executionId ?? []))],
    ],
  );
  return rows.flatMap(({ record: text, hash, before }) => {
    const event = upcast(JSON.parse(text) as EventRecord) as StoredEvent;
    if (!isRecordOf(body, event)) return [];
    const { stationId, epoch, seq, at, type, config, actor } = event;
    const previous = seq === 1 ? new Uint8Array(32) : before;
    const own = Buffer.from(hash);
    const intact =
      previous === null ? null : createHash('sha256').update(previous).update(text, 'utf8').digest().equals(own);
    const by = actorName(actor, stationId, force);
    return [{ stationId, epoch, seq, at, type, by, config, hash: own.toString('hex'), intact, text }];
  });
}
