/** Nonconformances, joined over all stations. */
export const sql = `
CREATE TABLE nonconformance (
  nonconformance_id text PRIMARY KEY,
  -- JSON as text (domain/nonconformances/nonconformance.ts)
  part text NOT NULL DEFAULT '',
  -- Where it was found; NULL: its recording was not heard of yet
  station_id text,
  defect_id text,
  definition_id text,
  quantity integer,
  recorded_at bigint,
  -- 0 open, 1 in rework, 2 closed
  status smallint,
  closed_at bigint,
  -- Whether stations have it
  documented boolean NOT NULL DEFAULT false
);
CREATE INDEX nonconformance_order ON nonconformance (status, recorded_at DESC, nonconformance_id) WHERE recorded_at IS NOT NULL;
CREATE INDEX nonconformance_when ON nonconformance (recorded_at);
CREATE INDEX nonconformance_over ON nonconformance (closed_at) WHERE documented AND status = 2;

-- Pieces of each that were let through under a concession.
CREATE TABLE concession_use (
  number text NOT NULL,
  nonconformance_id text NOT NULL,
  pieces integer NOT NULL,
  PRIMARY KEY (number, nonconformance_id)
);
CREATE INDEX concession_use_of ON concession_use (nonconformance_id);
`;
