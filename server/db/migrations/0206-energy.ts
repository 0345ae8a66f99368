/**
 * What was told of each machine's meter, stretch by stretch (energy.used). Part of the read model: truncated and folded again.
 * States and orders are those of machine_slice, which may be told anew.
 */
export const sql = `
CREATE TABLE machine_energy (
  machine_id text NOT NULL,
  from_at double precision NOT NULL,
  to_at double precision NOT NULL,
  steps bigint NOT NULL,
  open_steps bigint NOT NULL,
  step double precision NOT NULL,
  unit text NOT NULL,
  station_id text NOT NULL,
  PRIMARY KEY (machine_id, from_at, to_at)
);
`;
