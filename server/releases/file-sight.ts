/** Which files of the configuration somebody may read: those of their lines, and those that every line rests on. */
import type { Configuration } from '#contract/config/index.ts';
import { may } from '#domain/accounts/may.ts';
import type { Caller } from '#server/accounts/caller.ts';
import type { InForce } from '#server/configuration.ts';
import type { Queries } from '#server/db/db.ts';
import { sightOf } from '#server/rpc/sight.ts';
import { folderOf } from './files.ts';
import { fieldsOf, linesOf } from './rules.ts';

interface Content {
  readonly path: string;
  readonly bytes: Uint8Array | null;
  readonly sha256: string;
}

/** What names the users of a device, a recipe, orders or a machine, by the hash of the text: contents never change. */
const namesByHash = new Map<string, Readonly<Record<string, unknown>>>();

/**
 * Of this moment; ask for it once per call.
 * @returns whether a path may be read, also one that is no longer or not yet in force.
 */
export async function fileSight(db: Queries, force: InForce, caller: Caller): Promise<(path: string) => boolean> {
  const { configuration } = force;
  const { lines } = sightOf(caller.grants, force);
  // Badges and the hashes of PINs, which are four digits: only for who answers for the file.
  const people = (['definition.edit', 'definition.release'] as const).some((right) =>
    may(caller.grants, right, null, force.places),
  );
  if (lines === null) return (path) => path !== 'people.yaml' || people;

  const drafts = new Map(
    (
      await db.query<Content>(
        `SELECT d.path, c.bytes, d.sha256 FROM draft d LEFT JOIN release_content c ON c.sha256 = d.sha256
         WHERE d.path LIKE 'definitions/%/definition.yaml'`,
      )
    ).map((draft) => [draft.path, draft.bytes]),
  );
  const used = new Map(
    (
      await db.query<Content>(
        `SELECT r.path, c.bytes, r.sha256 FROM (
           SELECT DISTINCT ON (path) path, sha256 FROM release WHERE path ~ '^(devices|recipes|orders|machines)/'
           ORDER BY path, release DESC) r JOIN release_content c ON c.sha256 = r.sha256`,
      )
    ).map(({ path, bytes, sha256 }) => {
      const names = namesByHash.get(sha256) ?? fieldsOf(bytes ?? new Uint8Array());
      namesByHash.set(sha256, names);
      return [path, linesUsing(configuration, path, names)] as const;
    }),
  );
  return (path) => {
    if (path === 'people.yaml') return people;
    if (path === 'plant.yaml' || path === 'materials.yaml') return true;
    const folder = folderOf(path);
    const told =
      used.get(path) ??
      linesOf({ configuration }, path, folder === null ? null : (drafts.get(`${folder}definition.yaml`) ?? null));
    return told.some((line) => lines.includes(line));
  };
}

/** Lines that use a device, a recipe, or the definitions of orders, or watch a machine. */
function linesUsing(
  { lines, stations, definitions }: Configuration,
  path: string,
  names: Readonly<Record<string, unknown>>,
): string[] {
  const ofStations = (ids: readonly string[]): string[] =>
    lines.filter((line) => line.stations.some((station) => ids.includes(station))).map(({ id }) => id);
  const ofDefinitions = (wanted: (definition: Configuration['definitions'][number]) => boolean): string[] =>
    ofStations(
      definitions.filter(wanted).flatMap(({ operations }) => operations.flatMap((operation) => operation.stations)),
    );
  if (path.startsWith('devices/'))
    return ofStations(
      stations
        .filter(({ devices, scanners }) => [...devices, ...scanners].some((id) => id === names.id))
        .map(({ id }) => id),
    );
  if (path.startsWith('machines/')) return ofStations([String(names.station)]);
  if (path.startsWith('recipes/'))
    return ofDefinitions(({ operations }) =>
      operations.some(({ steps }) =>
        steps.some(
          (step) =>
            step.type === 'machine-cycle' && step.recipe === names.id && step.recipeRevision === String(names.revision),
        ),
      ),
    );
  const orders = Array.isArray(names.orders) ? (names.orders as readonly (Record<string, unknown> | null)[]) : [];
  return ofDefinitions(({ id, revision }) =>
    orders.some((order) => order?.definition === id && String(order.revision) === revision),
  );
}
