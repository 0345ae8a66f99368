/** The facts that a point of a chart rests on, as they lie in the log of this station. */
import type { EventRecord } from '#contract/envelope.ts';
import { upcast, type BodyOf, type StoredEvent } from '#contract/events/index.ts';
import type { StoredRecord } from '#contract/rpc/control.ts';
import { isRecordOf } from '#domain/control/records.ts';
import { actorName } from '#domain/units/holder.ts';
import { chainHash } from '#station/store/event-log.ts';
import type { ChartSources } from './charts.ts';

interface Row {
  readonly seq: number;
  readonly record: string;
  readonly hash: Uint8Array;
  /** null: before the first of an epoch. */
  readonly before: Uint8Array | null;
}

/** In the order of the log; empty: there is no such point. */
export function pointRecords(pointId: string, { read, facts }: ChartSources): readonly StoredRecord[] {
  const point = read.get<{ readonly epoch: string; readonly seq: number; readonly body: string }>(
    'SELECT epoch, seq, body FROM control_point WHERE point_id = ?',
    pointId,
  );
  if (point === undefined) return [];
  const body = JSON.parse(point.body) as BodyOf<'point.charted'>;
  const serials = [...new Set(body.values.map(({ serial }) => serial))];
  const rows = read.all<Row>(
    `SELECT e.seq, e.record, e.hash, b.hash AS before
     FROM (SELECT epoch, seq FROM unit_event WHERE serial IN (SELECT value FROM json_each(?)) UNION SELECT ?, ?) f
     JOIN epoch p ON p.epoch = f.epoch JOIN event e ON e.epochId = p.id AND e.seq = f.seq
     LEFT JOIN event b ON b.epochId = p.id AND b.seq = f.seq - 1 ORDER BY p.id, e.seq`,
    JSON.stringify(serials),
    point.epoch,
    point.seq,
  );
  return rows.flatMap(({ seq, record: text, hash, before }) => {
    const event = upcast(JSON.parse(text) as EventRecord) as StoredEvent;
    if (!isRecordOf(body, event)) return [];
    const { stationId, epoch, at, type, config, actor } = event;
    const previous = seq === 1 ? new Uint8Array(32) : before;
    const intact = previous === null ? null : chainHash(previous, text).equals(hash);
    const by = actorName(actor, stationId, facts);
    return [{ stationId, epoch, seq, at, type, by, config, hash: Buffer.from(hash).toString('hex'), intact, text }];
  });
}
