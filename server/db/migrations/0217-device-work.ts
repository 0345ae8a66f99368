/** Which devices were at work on units: machines in their cycles, what gave values of samples; and containments by them. */
const tables = `
-- By event and device; execution_id NULL: for a sample, which names its unit.
CREATE TABLE device_work (
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  device_id text NOT NULL,
  execution_id text,
  serial text,
  station_id text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (stream_id, seq, device_id)
);
CREATE INDEX device_work_of ON device_work (device_id, station_id, at);
CREATE INDEX device_work_in ON device_work (execution_id) WHERE execution_id IS NOT NULL;
CREATE INDEX device_work_on ON device_work (serial) WHERE serial IS NOT NULL;
CREATE INDEX measured_value_device ON measured_value (device_id, station_id, at) WHERE device_id IS NOT NULL;
CREATE VIEW device_use AS
  SELECT m.device_id, m.station_id, m.at, m.execution_id, e.serial
  FROM measured_value m JOIN execution e ON e.execution_id = m.execution_id
  WHERE m.device_id IS NOT NULL AND e.serial IS NOT NULL
  UNION ALL
  SELECT w.device_id, w.station_id, w.at, w.execution_id, e.serial
  FROM device_work w JOIN execution e ON e.execution_id = w.execution_id
  WHERE e.serial IS NOT NULL
  UNION ALL
  SELECT device_id, station_id, at, NULL, serial FROM device_work WHERE serial IS NOT NULL;
ALTER TABLE containment ADD COLUMN device_id text;
`;

/**
 * What was told before this migration and could be folded: a tool is found bad long after it was used. Only then is a record
 * known to be whole; the rest is folded as it comes. One walk over all events: the texts first, so that nothing else is parsed.
 */
export const fill = `
WITH told AS MATERIALIZED (
  SELECT e.stream_id, e.seq, e.record FROM event e JOIN projected p ON p.stream_id = e.stream_id AND e.seq <= p.seq
  WHERE (e.record LIKE '%"type":"machine-cycle.requested"%' OR e.record LIKE '%"type":"machine-cycle.finished"%'
      OR e.record LIKE '%"type":"sample.value-recorded"%')
    AND NOT EXISTS (SELECT FROM quarantine q WHERE q.stream_id = e.stream_id AND q.seq = e.seq)),
read AS (SELECT stream_id, seq, record::json AS r FROM told),
used AS (
  SELECT stream_id, seq, r, r #>> '{body,deviceId}' AS device_id FROM read
  WHERE r ->> 'type' = 'machine-cycle.requested'
  UNION ALL
  SELECT stream_id, seq, r, n #>> '{reading,deviceId}'
  FROM read, json_array_elements(CASE WHEN r ->> 'type' = 'machine-cycle.finished' THEN r #> '{body,results}' END) AS n
  UNION ALL
  SELECT stream_id, seq, r, r #>> '{body,reading,deviceId}' FROM read WHERE r ->> 'type' = 'sample.value-recorded')
INSERT INTO device_work (stream_id, seq, device_id, execution_id, serial, station_id, at)
SELECT stream_id, seq, device_id, r #>> '{body,executionId}',
  CASE WHEN r ->> 'type' = 'sample.value-recorded' THEN r #>> '{body,serial}' END,
  r ->> 'stationId', trunc((r ->> 'at')::numeric)::bigint
FROM used WHERE device_id IS NOT NULL
ON CONFLICT DO NOTHING;
`;

export const sql = `${tables}${fill}`;
