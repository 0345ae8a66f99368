/** Stops of machines, as their stations told of them. */
export const sql = `
CREATE TABLE stop (
  stop_id text PRIMARY KEY,
  -- JSON as text: the facts of the stop in the order of their streams, and the card that they make (domain/stops/card.ts)
  facts text NOT NULL DEFAULT '[]',
  card text NOT NULL DEFAULT '',
  station_id text,
  machine_id text,
  -- NULL: its opening was not heard of yet
  from_at bigint,
  to_at bigint,
  unexplained integer NOT NULL DEFAULT 0,
  withdrawn boolean NOT NULL DEFAULT false
);
CREATE INDEX stop_order ON stop ((unexplained > 0) DESC, from_at DESC, stop_id DESC) WHERE from_at IS NOT NULL AND NOT withdrawn;
CREATE INDEX stop_of_machine ON stop (machine_id, from_at) WHERE from_at IS NOT NULL AND NOT withdrawn;
CREATE INDEX stop_open ON stop (station_id) WHERE to_at IS NULL AND from_at IS NOT NULL AND NOT withdrawn;
`;
