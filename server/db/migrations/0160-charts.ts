/**
 * Control charts over all stations: points, phases and what was written at points, as they were told. Part of the read model:
 * truncated and folded again. What is told of a point may come before the point, so it stands for itself.
 */
export const sql = `
-- One row per stream of points; chart_key: plan, characteristic, chart and process station (domain/control/chart.ts).
CREATE TABLE chart (
  chart_key text PRIMARY KEY,
  station_id text NOT NULL,
  points bigint NOT NULL DEFAULT 0,
  newest_at bigint NOT NULL DEFAULT 0
);

-- value: of the first plot, what an overview is made of. body: of point.charted, JSON as text.
CREATE TABLE chart_point (
  point_id text PRIMARY KEY,
  chart_key text NOT NULL,
  at bigint NOT NULL,
  told_by text NOT NULL,
  value double precision,
  body text NOT NULL
);
CREATE INDEX chart_point_of ON chart_point (chart_key, at, point_id);
-- An overview of a million points reads this alone.
CREATE INDEX chart_point_overview ON chart_point (chart_key, at) INCLUDE (value);

CREATE TABLE chart_phase (
  phase_id text PRIMARY KEY,
  chart_key text NOT NULL,
  at bigint NOT NULL,
  told_by text NOT NULL,
  actor text NOT NULL,
  body text NOT NULL
);
CREATE INDEX chart_phase_of ON chart_phase (chart_key, at);

-- kind: excluded, note or replaced.
CREATE TABLE chart_mark (
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  point_id text NOT NULL,
  kind text NOT NULL,
  words text NOT NULL,
  at bigint NOT NULL,
  told_by text NOT NULL,
  actor text NOT NULL,
  PRIMARY KEY (stream_id, seq)
);
CREATE INDEX chart_mark_of ON chart_mark (point_id, at);
`;
