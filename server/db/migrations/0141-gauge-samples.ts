/** Values of samples with the gauge they came from, and all that gauges measured: in runs and in samples. */
export const sql = `
CREATE TABLE gauge_sample (
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  gauge_id text NOT NULL,
  serial text NOT NULL,
  station_id text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (stream_id, seq)
);
CREATE INDEX gauge_sample_of ON gauge_sample (gauge_id, at);
CREATE VIEW gauge_use AS
  SELECT m.gauge_id, m.at, m.station_id, m.execution_id, e.serial
  FROM measured_value m JOIN execution e ON e.execution_id = m.execution_id
  WHERE m.gauge_id IS NOT NULL AND e.serial IS NOT NULL
  UNION ALL
  SELECT gauge_id, at, station_id, NULL, serial FROM gauge_sample;
`;
