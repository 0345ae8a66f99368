/** Containments, joined over all stations, and what they hold. */
export const sql = `
CREATE TABLE containment (
  containment_id text PRIMARY KEY,
  -- JSON as text (domain/containments/containment.ts)
  part text NOT NULL DEFAULT '',
  -- of the criterion, as far as it has them; NULL kind: its beginning was not heard of yet
  kind text,
  material_id text,
  lot text,
  definition_id text,
  operation_id text,
  at_station text,
  order_id text,
  gauge_id text,
  from_at bigint,
  until_at bigint,
  begun_at bigint,
  lifted_at bigint,
  -- whether stations have it
  documented boolean NOT NULL DEFAULT false
);
CREATE INDEX containment_in_force ON containment (containment_id) WHERE kind IS NOT NULL AND lifted_at IS NULL;
CREATE INDEX containment_over ON containment (lifted_at) WHERE documented AND lifted_at IS NOT NULL;

-- Units that were put on hold for it, by the plant (@plant) or by a station, and whether the plant lifted it again. Not folded: it
-- says what was decided once.
CREATE TABLE containment_hold (
  containment_id text NOT NULL,
  serial text NOT NULL,
  lifted boolean NOT NULL DEFAULT false,
  PRIMARY KEY (containment_id, serial)
);
CREATE INDEX containment_hold_of ON containment_hold (serial);
`;
