/**
 * Energy summed up: per machine and hour of the plant's clock (domain/energy/parts.ts). Made and made anew with machine_hour, by
 * server/oee; hours that machine_summed does not name are of no use. It can be truncated together with them.
 */
export const sql = `
-- hour_at: UTC ms. by_state: JSON, each state with steps of the meter, ms, ms of which the meter tells. peak_at: UTC ms of the
-- whole quarter with the most steps. The pieces: NULL where nothing counts them. Outages over the hour's end are not in it.
CREATE TABLE machine_energy_hour (
  machine_id text NOT NULL,
  hour_at bigint NOT NULL,
  by_state text NOT NULL,
  open_steps bigint NOT NULL,
  peak_at bigint,
  peak_steps bigint,
  produced bigint,
  good bigint,
  scrap bigint,
  other_meter boolean NOT NULL,
  PRIMARY KEY (machine_id, hour_at)
);
-- Outages are few among the facts of a year.
CREATE INDEX machine_energy_open ON machine_energy (machine_id, from_at) WHERE open_steps > 0;
`;
