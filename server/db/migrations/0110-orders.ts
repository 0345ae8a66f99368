/** Work orders, job orders, serial numbers (server/orders, docs/server.md). Authored here; the read model is 0120. */
export const sql = `
CREATE TABLE work_order (
  order_id text PRIMARY KEY,
  material_id text NOT NULL,
  definition_id text NOT NULL,
  revision text NOT NULL,
  status text NOT NULL CHECK (status IN ('created', 'released', 'held', 'closed')),
  hold_reason text,
  quantity bigint NOT NULL,
  priority integer NOT NULL,
  -- UTC ms
  due_at bigint,
  serial_prefix text NOT NULL,
  -- erp, csv, plant, station:ID, file
  source text NOT NULL,
  -- counts changes; for optimistic locking
  version bigint NOT NULL,
  created_at bigint NOT NULL,
  closed_at bigint
);
CREATE INDEX work_order_open ON work_order (due_at, priority, order_id) WHERE status <> 'closed';
CREATE INDEX work_order_newest ON work_order (created_at, order_id);

CREATE TABLE job_order (
  job_order_id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES work_order (order_id),
  line_id text NOT NULL,
  quantity bigint NOT NULL,
  -- place in the line's dispatch list, from 1; NULL when the order is closed
  sequence integer,
  UNIQUE (order_id, line_id)
);
CREATE INDEX job_order_dispatch ON job_order (line_id, sequence) WHERE sequence IS NOT NULL;

-- Whoever changes a line's dispatch list holds its row.
CREATE TABLE dispatch_list (line_id text PRIMARY KEY);

-- Numbers given so far with one prefix; orders may share one. Only grows.
CREATE TABLE serial_series (
  prefix text PRIMARY KEY,
  next_number bigint NOT NULL,
  width integer NOT NULL
);

CREATE TABLE serial_block (
  block_id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES work_order (order_id),
  station_id text NOT NULL,
  prefix text NOT NULL REFERENCES serial_series (prefix),
  from_number bigint NOT NULL,
  to_number bigint NOT NULL,
  width integer NOT NULL,
  -- highest number of it that a unit has; from_number - 1: none
  used_to bigint NOT NULL,
  given_at bigint NOT NULL,
  CHECK (from_number <= to_number AND used_to BETWEEN from_number - 1 AND to_number),
  UNIQUE (prefix, from_number)
);
CREATE INDEX serial_block_of ON serial_block (order_id, station_id);
`;
