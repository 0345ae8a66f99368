/** Gauges, joined over all stations; which gauge a value came from; what of a recall the plant put on hold itself. */
export const sql = `
CREATE TABLE gauge (
  gauge_id text PRIMARY KEY,
  -- JSON as text (domain/gauges/gauge.ts)
  part text NOT NULL DEFAULT '',
  -- UTC ms: the earliest value that any recall asks for; NULL: nothing was ever found wrong with it
  watched_since bigint
);
ALTER TABLE measured_value ADD COLUMN gauge_id text;
CREATE INDEX measured_value_gauge ON measured_value (gauge_id, at) WHERE gauge_id IS NOT NULL;

-- Units that the plant put on hold for a recall (@plant). Not folded: it says what was decided once.
CREATE TABLE gauge_hold (
  recall_id text NOT NULL,
  serial text NOT NULL,
  PRIMARY KEY (recall_id, serial)
);
`;
