/** Whether the roles of an account allow an act: a role holds for everything below its scope (`contract/plant/roles.ts`). */
import { plantRights, plantRoleRights, type PlantGrant, type PlantRight } from '#contract/plant/roles.ts';

/** Where a line stands, as `lines/*.yaml` says; null: not told, then only `*` and `line:ID` reach it. */
export interface LinePlace {
  readonly site: string | null;
  readonly area: string | null;
}
export type LinePlaces = ReadonlyMap<string, LinePlace>;

/** Where each line of a configuration stands. */
export function linePlaces(
  lines: readonly { readonly id: string; readonly site?: string | undefined; readonly area?: string | undefined }[],
): LinePlaces {
  return new Map(lines.map(({ id, site, area }) => [id, { site: site ?? null, area: area ?? null }]));
}

/**
 * @param lineId the line that the act is about; null: the whole plant, which only the scope `*` covers. A line that the
 *   configuration does not know is covered by `*` and by its own name.
 */
export function covers(scope: string, lineId: string | null, places: LinePlaces): boolean {
  if (scope === '*') return true;
  if (lineId === null) return false;
  if (scope === `line:${lineId}`) return true;
  const place = places.get(lineId);
  if (place === undefined) return false;
  return (
    (place.area !== null && scope === `area:${place.area}`) || (place.site !== null && scope === `site:${place.site}`)
  );
}

const grantsRight = ({ role }: PlantGrant, right: PlantRight): boolean => plantRoleRights[role].includes(right);

/** The one place where a right is judged. */
export function may(
  grants: readonly PlantGrant[],
  right: PlantRight,
  lineId: string | null,
  places: LinePlaces,
): boolean {
  return grants.some((grant) => grantsRight(grant, right) && covers(grant.scope, lineId, places));
}

/** Whether the right is held for anything at all: what to show, and lists that are then cut down to the lines. */
export function mayAnywhere(grants: readonly PlantGrant[], right: PlantRight): boolean {
  return grants.some((grant) => grantsRight(grant, right));
}

/** Everything the grants add up to, anywhere, in the order of the contract. */
export function rightsOf(grants: readonly PlantGrant[]): PlantRight[] {
  return plantRights.filter((right) => mayAnywhere(grants, right));
}

/**
 * Lines for which the right is held: what lists are cut down to.
 * @returns null: the whole plant, also what belongs to no line. A line that a grant names counts also when the
 *   configuration does not know it: orders and records of it may be there all the same.
 */
export function linesWith(grants: readonly PlantGrant[], right: PlantRight, places: LinePlaces): string[] | null {
  if (may(grants, right, null, places)) return null;
  const named = grants.filter((grant) => grantsRight(grant, right) && grant.scope.startsWith('line:'));
  const known = [...places.keys()].filter((lineId) => may(grants, right, lineId, places));
  return [...new Set([...known, ...named.map(({ scope }) => scope.slice('line:'.length))])].sort();
}
