/** Messages to other systems, their receivers, and what programs asked once already (docs/server.md, Other systems). */
export const sql = `
-- One row per fact that another system accounts for. The key names the fact for ever, so that a read model folded anew or
-- a backup put back tells nothing twice. Instants are UTC ms.
CREATE TABLE erp_message (
  key text PRIMARY KEY,
  kind text NOT NULL,
  order_id text NOT NULL,
  body text NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX erp_message_by_order ON erp_message (order_id, kind);

-- Numbers of a receiver are given under this row's lock, so that they are committed in order and a cursor misses nothing.
CREATE TABLE erp_target (
  target text PRIMARY KEY,
  last_number bigint NOT NULL DEFAULT 0
);

-- What is to be told to whom. lane: messages of one lane go one after the other (an order is a lane).
CREATE TABLE erp_delivery (
  target text NOT NULL,
  number bigint NOT NULL,
  key text NOT NULL REFERENCES erp_message (key),
  lane text NOT NULL,
  state text NOT NULL CHECK (state IN ('pull', 'waiting', 'sent', 'dead', 'discarded')),
  tries integer NOT NULL DEFAULT 0,
  first_try_at bigint,
  done_at bigint,
  last_error text,
  PRIMARY KEY (target, number),
  UNIQUE (target, key)
);
CREATE INDEX erp_delivery_waiting ON erp_delivery (target, lane, number) WHERE state = 'waiting';
CREATE INDEX erp_delivery_dead ON erp_delivery (target, number) WHERE state = 'dead';

-- A lane with something waiting: when it is tried next, and which instance has it at the moment.
CREATE TABLE erp_lane (
  target text NOT NULL,
  lane text NOT NULL,
  waiting integer NOT NULL,
  next_try_at bigint NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  lease text,
  lease_until bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (target, lane)
);
CREATE INDEX erp_lane_due ON erp_lane (target, next_try_at) WHERE waiting > 0;

-- A receiver that fails again and again is left alone for a while by all instances.
CREATE TABLE erp_circuit (
  target text PRIMARY KEY,
  failures integer NOT NULL DEFAULT 0,
  open_until bigint NOT NULL DEFAULT 0,
  last_error text,
  last_error_at bigint,
  last_ok_at bigint
);

-- An execution that has begun and not passed: what will be told of it.
CREATE TABLE erp_run (
  execution_id text PRIMARY KEY,
  serial text NOT NULL,
  order_id text NOT NULL,
  definition_id text NOT NULL,
  revision text NOT NULL,
  operation_id text NOT NULL,
  station_id text NOT NULL,
  started_at bigint NOT NULL,
  consumption jsonb NOT NULL DEFAULT '[]',
  measured jsonb NOT NULL DEFAULT '[]'
);

-- The order of a unit. Scrap may be heard of before the unit is: then it waits here for the order.
CREATE TABLE erp_unit (
  serial text PRIMARY KEY,
  order_id text,
  scrapped jsonb
);

CREATE TABLE erp_order (
  order_id text PRIMARY KEY,
  done integer NOT NULL DEFAULT 0,
  scrapped integer NOT NULL DEFAULT 0
);

-- Idempotency-Key of the REST interface: the same question gets the same answer.
CREATE TABLE erp_request (
  account_id text NOT NULL,
  key text NOT NULL,
  digest text NOT NULL,
  at bigint NOT NULL,
  status integer,
  headers jsonb,
  body text,
  PRIMARY KEY (account_id, key)
);
CREATE INDEX erp_request_by_time ON erp_request (at);

-- Files that were taken from the drop folder, by content.
CREATE TABLE erp_file (
  sha256 text PRIMARY KEY,
  name text NOT NULL,
  at bigint NOT NULL,
  accepted integer NOT NULL,
  refused integer NOT NULL
);
`;
