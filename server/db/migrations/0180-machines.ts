/**
 * Machine time over all stations: where slices begin, what was counted, what is doubted. Part of the read model: truncated and
 * folded again. A slice ends where the next of its machine begins. A machine is watched by one station; where it was moved, what
 * begins later holds.
 */
export const sql = `
-- restated: late-values or by-hand; NULL: as it was told at the time.
CREATE TABLE machine_slice (
  machine_id text NOT NULL,
  began_at bigint NOT NULL,
  state text NOT NULL,
  told text,
  alarm text,
  order_id text,
  definition_id text,
  operation_id text,
  restated text,
  station_id text NOT NULL,
  PRIMARY KEY (machine_id, began_at)
);

-- Of one machine they follow each other. cycles_ms: of single pieces.
CREATE TABLE machine_count (
  machine_id text NOT NULL,
  from_at bigint NOT NULL,
  to_at bigint NOT NULL,
  kind text NOT NULL,
  produced bigint NOT NULL,
  good bigint,
  scrap bigint,
  cycles_ms double precision[] NOT NULL,
  order_id text,
  definition_id text,
  operation_id text,
  station_id text NOT NULL,
  PRIMARY KEY (machine_id, from_at, to_at)
);

-- body: of machine.doubted, JSON as text; NULL: only that it was seen was heard of yet.
CREATE TABLE machine_doubt (
  doubt_id text PRIMARY KEY,
  machine_id text NOT NULL,
  station_id text NOT NULL,
  at bigint,
  body text,
  seen_at bigint,
  seen_by text,
  seen_note text
);
CREATE INDEX machine_doubt_of ON machine_doubt (machine_id, at);
`;
