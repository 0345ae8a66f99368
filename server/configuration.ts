/** The configuration in force for the whole plant, with what is asked of it again and again. */
import { createHash } from 'node:crypto';
import type { Configuration } from '#contract/config/index.ts';
import type { Line } from '#contract/config/plant.ts';
import { linePlaces, type LinePlaces } from '#domain/accounts/may.ts';
import { catalogueOf, type Catalogue } from '#domain/catalogue.ts';
import type { Scope } from './downlink/publish.ts';

export interface InForce {
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
  /** Lines, and stations of none, where the units of a definition are worked on; null: the definition is not known. */
  scopesOfDefinition(id: string, revision: string): readonly Scope[] | null;
  /** `line:ID`, or `station:ID` of a station in no line. */
  scopeOfStation(stationId: string): Scope;
  lineOf(stationId: string): Line | null;
  readonly places: LinePlaces;
  /**
   * Names what a unit of this definition is judged by and where it is told: the order of its operations, and the lines of
   * their stations; of a definition that is not known the stations of all lines. Another name: judge it anew.
   */
  judgedBy(id: string | null, revision: string | null): string;
}

/** Asked anew for each act: a release changes the answer. */
export type ReleasedConfiguration = () => InForce;

/** @param current the configuration in force; the same object as long as nothing is released. */
export function releasedConfiguration(current: () => Configuration): ReleasedConfiguration {
  let held: InForce | null = null;
  return () => {
    const configuration = current();
    if (held?.configuration !== configuration) held = inForce(configuration);
    return held;
  };
}

function inForce(configuration: Configuration): InForce {
  const catalogue = catalogueOf(configuration);
  const lines = new Map(
    configuration.lines.flatMap((line) => line.stations.map((station) => [station, line] as const)),
  );
  const scopes = new Map<string, readonly Scope[] | null>();
  const names = new Map<string, string>();
  const byLines = nameOf(
    'lines',
    configuration.lines.map(({ id, stations }) => [id, stations]),
  );
  const scopeOfStation = (stationId: string): Scope => {
    const line = lines.get(stationId);
    return line === undefined ? `station:${stationId}` : `line:${line.id}`;
  };
  return {
    configuration,
    catalogue,
    scopeOfStation,
    lineOf: (stationId) => lines.get(stationId) ?? null,
    places: linePlaces(configuration.lines),
    scopesOfDefinition(id, revision) {
      const key = JSON.stringify([id, revision]);
      let found = scopes.get(key);
      if (found === undefined) {
        const definition = catalogue.definition(id, revision);
        found =
          definition === null
            ? null
            : [...new Set(definition.operations.flatMap(({ stations }) => stations).map(scopeOfStation))].sort();
        scopes.set(key, found);
      }
      return found;
    },
    judgedBy(id, revision) {
      const operations = id === null || revision === null ? undefined : catalogue.definition(id, revision)?.operations;
      if (operations === undefined) return byLines;
      const key = JSON.stringify([id, revision]);
      const name =
        names.get(key) ??
        nameOf(
          'routing',
          operations.map((operation) => [operation.id, operation.after, operation.stations.map(scopeOfStation)]),
        );
      names.set(key, name);
      return name;
    },
  };
}

/** Counted up when the rules themselves change (domain/cases/judge.ts): then every unit is judged anew. */
const rules = 1;
const nameOf = (kind: string, what: unknown): string =>
  `${kind}:${createHash('sha256')
    .update(JSON.stringify([rules, what]))
    .digest('hex')
    .slice(0, 16)}`;

/** Where a station looks for documents. */
export function scopesOfStation({ scopeOfStation }: InForce, stationId: string): readonly Scope[] {
  const own: Scope = `station:${stationId}`;
  const line = scopeOfStation(stationId);
  return line === own ? ['plant', own] : ['plant', line, own];
}
