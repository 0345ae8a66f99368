/**
 * The read model: folded from the events by server/projections, and made again from them by a command. Instants are UTC ms
 * by the clock of the station that told them, received_at by the server's. What people decide about it (case_closing) is
 * not folded and stays.
 */
export const sql = `
-- How far each stream is folded. month: partitions before it hold nothing that is still to be folded.
CREATE TABLE projected (
  stream_id bigint PRIMARY KEY,
  seq bigint NOT NULL,
  month date NOT NULL DEFAULT '-infinity',
  folded_at timestamptz NOT NULL DEFAULT '-infinity'
);

-- Joined over all stations. passport is JSON as text, in the order of keys in which it was joined.
CREATE TABLE unit (
  serial text PRIMARY KEY,
  passport text NOT NULL DEFAULT '',
  -- NULL: its beginning was not heard of yet
  order_id text,
  material_id text,
  definition_id text,
  revision text,
  status text NOT NULL DEFAULT 'waiting',
  station_id text,
  -- the station by whose line it counts
  home_station_id text,
  changed_at bigint NOT NULL DEFAULT 0,
  received_at bigint NOT NULL DEFAULT 0,
  -- operations that a station was shown as passed
  shown_passed text[] NOT NULL DEFAULT '{}',
  -- contradictions in it, closed ones too
  cases integer NOT NULL DEFAULT 0,
  -- whether stations have its passport
  documented boolean NOT NULL DEFAULT false
);
CREATE INDEX unit_of_order ON unit (order_id, serial);
CREATE INDEX unit_changed ON unit (changed_at DESC, serial);
CREATE INDEX unit_small ON unit (lower(serial) text_pattern_ops);
CREATE INDEX unit_backwards ON unit (reverse(lower(serial)) text_pattern_ops);
CREATE INDEX unit_over ON unit (received_at) WHERE documented AND status IN ('done', 'scrapped');
CREATE INDEX unit_held ON unit (home_station_id) WHERE status = 'held';

-- Units of an order by the station they count for.
CREATE TABLE order_progress (
  order_id text NOT NULL,
  -- empty: at no station yet
  station_id text NOT NULL,
  created bigint NOT NULL,
  done bigint NOT NULL,
  held bigint NOT NULL,
  scrapped bigint NOT NULL,
  in_work bigint NOT NULL,
  PRIMARY KEY (order_id, station_id)
);

CREATE TABLE execution (
  execution_id text PRIMARY KEY,
  serial text,
  order_id text,
  operation_id text,
  definition_id text,
  revision text,
  definition_hash text,
  station_id text,
  person_id text,
  started_at bigint,
  ended_at bigint,
  outcome text CHECK (outcome IN ('passed', 'stopped')),
  stop_cause text
);
CREATE INDEX execution_of_unit ON execution (serial);
CREATE INDEX execution_passed ON execution (station_id, ended_at) WHERE outcome = 'passed';

-- Where the events of a run lie.
CREATE TABLE execution_span (
  execution_id text NOT NULL,
  stream_id bigint NOT NULL,
  from_seq bigint NOT NULL,
  to_seq bigint NOT NULL,
  from_month date NOT NULL,
  PRIMARY KEY (execution_id, stream_id)
);

-- Events that name a unit and no run.
CREATE TABLE unit_fact (
  serial text NOT NULL,
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  month date NOT NULL,
  PRIMARY KEY (serial, stream_id, seq)
);

-- By event. A fitted one was taken out again when a later row of the same run, line and code has removed = true.
CREATE TABLE component (
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  execution_id text NOT NULL,
  bom_line text NOT NULL,
  material_id text NOT NULL,
  lot text,
  component_serial text,
  at bigint NOT NULL,
  removed boolean NOT NULL,
  PRIMARY KEY (stream_id, seq)
);
CREATE INDEX component_of ON component (execution_id);
CREATE INDEX component_by_serial ON component (component_serial) WHERE component_serial IS NOT NULL;
CREATE INDEX component_by_lot ON component (lot) WHERE lot IS NOT NULL;

-- By event.
CREATE TABLE measured_value (
  stream_id bigint NOT NULL,
  seq bigint NOT NULL,
  execution_id text NOT NULL,
  step_id text NOT NULL,
  attempt integer NOT NULL,
  characteristic_id text NOT NULL,
  index integer NOT NULL,
  value double precision NOT NULL,
  unit text NOT NULL,
  nominal double precision,
  lower double precision,
  upper double precision,
  verdict text NOT NULL,
  -- how it came in: device, scanned, typed
  entry text NOT NULL,
  device_id text,
  station_id text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (stream_id, seq)
);
CREATE INDEX measured_value_of ON measured_value (execution_id);
CREATE INDEX measured_value_series ON measured_value (characteristic_id, at);

-- What each stream says its station is doing (domain/lines/station-work.ts), as JSON text.
CREATE TABLE station_work (
  stream_id bigint PRIMARY KEY,
  station_id text NOT NULL,
  seq bigint NOT NULL,
  state text NOT NULL,
  received_at bigint NOT NULL
);
CREATE INDEX station_work_of ON station_work (station_id, received_at);

-- Contradictions that the passports show now (domain/cases), whether a person closed them or not.
CREATE TABLE unit_case (
  case_id text PRIMARY KEY,
  serial text NOT NULL,
  kind text NOT NULL,
  opened_at bigint NOT NULL,
  -- JSON as text
  details text NOT NULL
);
CREATE INDEX unit_case_of ON unit_case (serial);
CREATE INDEX unit_case_newest ON unit_case (opened_at, case_id);

-- Decided by people; kept with what it was about, also when later facts explain it away.
CREATE TABLE case_closing (
  case_id text PRIMARY KEY,
  serial text NOT NULL,
  kind text NOT NULL,
  opened_at bigint NOT NULL,
  details text NOT NULL,
  closed_at bigint NOT NULL,
  closed_by text NOT NULL,
  note text NOT NULL
);
CREATE INDEX case_closing_of ON case_closing (serial);
CREATE INDEX case_closing_newest ON case_closing (opened_at, case_id);
`;
