/**
 * Machine time summed up: per machine, hour of the plant's clock, shift and order (domain/oee/sums.ts). Made from the read model by
 * server/oee, and made anew where that changes; it can be truncated at any time.
 */
export const sql = `
-- hour_at: UTC ms. shift_key, order_id: '' is none. The sums: ms, pieces, events; ideal times in microseconds.
CREATE TABLE machine_hour (
  machine_id text NOT NULL,
  hour_at bigint NOT NULL,
  shift_key text NOT NULL,
  order_id text NOT NULL,
  apt_ms bigint NOT NULL,
  aust_ms bigint NOT NULL,
  adet_ms bigint NOT NULL,
  adot_ms bigint NOT NULL,
  pdot_ms bigint NOT NULL,
  unplanned_ms bigint NOT NULL,
  unknown_ms bigint NOT NULL,
  breakdown_ms bigint NOT NULL,
  setup_ms bigint NOT NULL,
  minor_stop_ms bigint NOT NULL,
  other_ms bigint NOT NULL,
  breakdowns bigint NOT NULL,
  setups bigint NOT NULL,
  minor_stops bigint NOT NULL,
  others bigint NOT NULL,
  maintenance_ms bigint NOT NULL,
  order_ms bigint NOT NULL,
  order_busy_ms bigint NOT NULL,
  produced bigint NOT NULL,
  good bigint NOT NULL,
  scrap bigint NOT NULL,
  order_produced bigint NOT NULL,
  startup_scrap bigint NOT NULL,
  spread bigint NOT NULL,
  unrated bigint NOT NULL,
  outside bigint NOT NULL,
  ideal_us bigint NOT NULL,
  ideal_good_us bigint NOT NULL,
  ideal_startup_us bigint NOT NULL,
  -- UTC ms when the hour was last told anew, and why: machine, stops, configuration. NULL: as it was summed up first
  anew_at bigint,
  anew_why text,
  PRIMARY KEY (machine_id, hour_at, shift_key, order_id)
);

-- What of a machine is summed up: hours from from_at on, before until_at. made_by: of what calendar and rates.
CREATE TABLE machine_summed (
  machine_id text PRIMARY KEY,
  from_at bigint NOT NULL,
  until_at bigint NOT NULL,
  time_zone text NOT NULL,
  made_by text NOT NULL
);

-- Times of which something changed since. Rows are taken by their numbers, whatever their order.
CREATE TABLE machine_unsummed (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  machine_id text NOT NULL,
  from_at bigint NOT NULL,
  to_at bigint NOT NULL,
  why text NOT NULL
);
CREATE INDEX machine_unsummed_of ON machine_unsummed (machine_id);
`;
