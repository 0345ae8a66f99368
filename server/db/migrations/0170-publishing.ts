/** What is published by MQTT: how far each stream was published, the newest values, and who speaks for a line. */
export const sql = `
CREATE TABLE publish_cursor (
  stream_id bigint PRIMARY KEY,
  seq bigint NOT NULL
);

-- The newest value of each metric, for births and for counts that go on.
CREATE TABLE publish_value (
  station_id text NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  -- JSON as text
  value text NOT NULL,
  unit text,
  at bigint NOT NULL,
  PRIMARY KEY (station_id, name)
);

-- One instance speaks for an edge node (a line): two with one name would throw each other out of the broker.
CREATE TABLE publish_node (
  node_id text PRIMARY KEY,
  -- Of the next connection (Sparkplug 3.0, bdSeq), 0 to 255.
  bd_seq integer NOT NULL DEFAULT 0,
  holder text,
  held_until bigint NOT NULL DEFAULT 0
);
`;
