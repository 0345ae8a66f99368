/** What meters told. A stretch is told once; one that comes again changes nothing. */
import type { Queries } from '../db/db.ts';
import { markUnsummed } from '../oee/unsummed.ts';
import type { EventOf } from './fold.ts';

export async function writeEnergy(tx: Queries, facts: readonly EventOf<'energy.used'>[]): Promise<void> {
  if (facts.length === 0) return;
  await tx.execute(
    `INSERT INTO machine_energy (machine_id, from_at, to_at, steps, open_steps, step, unit, station_id)
     SELECT * FROM unnest($1::text[], $2::float8[], $3::float8[], $4::bigint[], $5::bigint[], $6::float8[], $7::text[], $8::text[])
     ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
    [
      facts.map(({ body }) => body.machineId),
      facts.map(({ body }) => body.from),
      facts.map(({ body }) => body.to),
      facts.map(({ body }) => body.steps),
      facts.map(({ body }) => body.openSteps),
      facts.map(({ body }) => body.step),
      facts.map(({ body }) => body.unit),
      facts.map(({ stationId }) => stationId),
    ],
  );
  await markUnsummed(
    tx,
    'machine',
    facts.map(({ body: { machineId, from, to } }) => ({ machineId, from, to: Math.max(to, from + 1) })),
  );
}
