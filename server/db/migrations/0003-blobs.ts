/** The side road: what stations send when no fact waits. Pieces lie in the database, so that any instance can go on. */
export const sql = `
CREATE TABLE blob (
  station_id text NOT NULL,
  sha256 text NOT NULL,
  kind text NOT NULL,
  size bigint NOT NULL,
  content_type text NOT NULL,
  name text NOT NULL,
  from_at double precision,
  to_at double precision,
  -- Bytes that are here, from the beginning without a gap.
  received bigint NOT NULL DEFAULT 0,
  touched_at timestamptz NOT NULL,
  -- Set once the whole was checked against its hash.
  complete_at timestamptz,
  PRIMARY KEY (station_id, sha256)
);
CREATE INDEX blob_unfinished ON blob (touched_at) WHERE complete_at IS NULL;

CREATE TABLE blob_piece (
  station_id text NOT NULL,
  sha256 text NOT NULL,
  from_byte bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (station_id, sha256, from_byte),
  FOREIGN KEY (station_id, sha256) REFERENCES blob ON DELETE CASCADE
);
`;
