/** Stations, their keys, their streams and events; what is kept because it went wrong (docs/server.md). */
export const sql = `
CREATE TABLE station_key (
  key_id text PRIMARY KEY,
  station_id text NOT NULL,
  public_key bytea NOT NULL CHECK (length(public_key) = 32),
  enrolled_at timestamptz NOT NULL,
  -- Name of the person who made the code.
  enrolled_by text NOT NULL,
  revoked_at timestamptz,
  revoked_by text
);
CREATE INDEX station_key_by_station ON station_key (station_id);

-- Only the hash of a code is kept. One open code per station: a new one takes the place of the old.
CREATE TABLE enrolment_code (
  station_id text PRIMARY KEY,
  code_hash bytea NOT NULL,
  made_at timestamptz NOT NULL,
  made_by text NOT NULL,
  until_at timestamptz NOT NULL,
  used_at timestamptz,
  wrong_tries integer NOT NULL DEFAULT 0
);

-- What a station said of itself last (contract/sync/up.ts, hello).
CREATE TABLE station_status (
  station_id text PRIMARY KEY,
  heard_at timestamptz NOT NULL,
  version text NOT NULL,
  boot_id text NOT NULL,
  started_at bigint NOT NULL,
  config_hash text NOT NULL,
  store_state text NOT NULL,
  clock_drift_ms bigint NOT NULL,
  unsent_count bigint NOT NULL,
  unsent_oldest_at bigint,
  devices_down text[] NOT NULL,
  blobs_waiting bigint NOT NULL
);

-- stream_id is made of the stream's key (server/ingest/stream-id.ts), so that several servers' streams can lie in one
-- database without being numbered anew.
CREATE TABLE stream (
  stream_id bigint PRIMARY KEY,
  station_id text NOT NULL,
  epoch text NOT NULL,
  branch text NOT NULL DEFAULT '',
  -- Number of the first event: 1, for a branch where it leaves its stream.
  first_seq bigint NOT NULL,
  head_seq bigint NOT NULL,
  head_hash bytea NOT NULL CHECK (length(head_hash) = 32),
  begun_at timestamptz NOT NULL,
  last_received_at timestamptz,
  UNIQUE (station_id, epoch, branch)
);

-- received_month is the first day of the month of received_at in UTC. No foreign key: the head, locked in the same
-- transaction, is the guard.
CREATE TABLE event (
  received_month date NOT NULL,
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  received_at timestamptz NOT NULL,
  hash bytea NOT NULL,
  -- Verbatim as it was hashed (contract/envelope.ts).
  record text NOT NULL,
  PRIMARY KEY (received_month, stream_id, seq)
) PARTITION BY LIST (received_month);

-- The projector writes it, a person has it folded again.
CREATE TABLE quarantine (
  quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  reason text NOT NULL CHECK (reason IN ('unknown-type', 'unknown-version', 'body-invalid', 'projection-failed')),
  detail text NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (stream_id, seq)
);

-- One row per stream that differs from what a station holds; branch is empty until the station has sent its branch.
CREATE TABLE fork (
  station_id text NOT NULL,
  epoch text NOT NULL,
  branch text NOT NULL,
  from_seq bigint NOT NULL,
  found_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_note text,
  PRIMARY KEY (station_id, epoch, branch)
);
`;
