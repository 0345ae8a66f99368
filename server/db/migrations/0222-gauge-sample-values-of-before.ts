/**
 * Which value of which sample a gauge gave, of values told before 0216 too: read from their events, found by the units that they
 * are of. Where the event is no longer kept it stays unknown.
 */
export const sql = `
UPDATE gauge_sample g SET
  sample_id = e.record::jsonb #>> '{body,sampleId}',
  characteristic_id = e.record::jsonb #>> '{body,characteristicId}',
  attempt = (e.record::jsonb #>> '{body,attempt}')::integer,
  index = (e.record::jsonb #>> '{body,index}')::integer
FROM unit_fact f
JOIN event e ON e.received_month = f.month AND e.stream_id = f.stream_id AND e.seq = f.seq
WHERE g.sample_id IS NULL AND f.serial = g.serial AND f.stream_id = g.stream_id AND f.seq = g.seq;
`;
