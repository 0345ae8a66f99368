/**
 * What somebody sees of the plant: lines, and what belongs to them. Every read of the plant view asks for it and cuts its
 * query down, so that pages and counts are those of the person. Units: whose routing leads over a line of the person, or
 * that began or were seen last there; of such a unit everything is shown, also what another line did to it.
 */
import type { PlantGrant, PlantRight } from '#contract/plant/roles.ts';
import { linesWith } from '#domain/accounts/may.ts';
import type { InForce } from '../configuration.ts';

export interface Sight {
  /** null: the whole plant, also what belongs to no line. */
  readonly lines: readonly string[] | null;
  /** Stations of these lines; null as above. */
  readonly stations: readonly string[] | null;
  /** Definitions whose routing leads over these lines, as two columns of equal length; null as above. */
  readonly definitions: { readonly ids: readonly string[]; readonly revisions: readonly string[] } | null;
}

export const wholePlant: Sight = { lines: null, stations: null, definitions: null };

/** @param right other than to look: what may be done to a list at once. */
export function sightOf(grants: readonly PlantGrant[], force: InForce, right: PlantRight = 'plant.view'): Sight {
  const lines = linesWith(grants, right, force.places);
  if (lines === null) return wholePlant;
  const stations = force.configuration.lines.filter(({ id }) => lines.includes(id)).flatMap((line) => line.stations);
  const routed = force.configuration.definitions.filter(({ operations }) =>
    operations.some((operation) => operation.stations.some((station) => stations.includes(station))),
  );
  return {
    lines,
    stations,
    definitions: { ids: routed.map(({ id }) => id), revisions: routed.map(({ revision }) => revision) },
  };
}

export const seesLine = ({ lines }: Sight, lineId: string | null): boolean =>
  lines === null || (lineId !== null && lines.includes(lineId));

/**
 * Condition on a row `u` of `unit`.
 * @param n number of the first of the three parameters that `unitValues` gives.
 */
export const unitSeen = (u: string, n: number): string =>
  `($${n}::text[] IS NULL OR ${u}.home_station_id = ANY($${n}) OR ${u}.station_id = ANY($${n})
    OR (${u}.definition_id, ${u}.revision) IN (SELECT * FROM unnest($${n + 1}::text[], $${n + 2}::text[])))`;

export const unitValues = ({ stations, definitions }: Sight): readonly (readonly string[] | null)[] => [
  stations,
  definitions?.ids ?? null,
  definitions?.revisions ?? null,
];
