/** What the cross-checks are given and what they say. Lines and columns are added by whoever read the files. */
import type { Andon } from '#contract/config/andon.ts';
import type { Calendar } from '#contract/config/calendar.ts';
import type { ControlPlan } from '#contract/config/control-plan.ts';
import type { ProcessDefinition } from '#contract/config/definition.ts';
import type { Defects } from '#contract/config/defects.ts';
import type { Device, Recipe, Tag } from '#contract/config/device.ts';
import type { Gauges } from '#contract/config/gauges.ts';
import type { Integration } from '#contract/config/integration.ts';
import type { MachineFile } from '#contract/config/machines.ts';
import type { Line, Materials, Orders, People, Plant, Station } from '#contract/config/plant.ts';
import type { Reasons } from '#contract/config/reasons.ts';
import { choices } from './closest.ts';

export type Path = readonly (string | number)[];

export interface Finding {
  readonly file: string;
  readonly path: Path;
  readonly problem: string;
  readonly remedy: string;
}

/** One parsed file. */
export interface Source<T> {
  readonly file: string;
  readonly value: T;
}

export interface CheckInput {
  readonly plant: Source<Plant> | null;
  readonly people: Source<People> | null;
  readonly materials: Source<Materials> | null;
  readonly lines: readonly Source<Line>[];
  readonly stations: readonly Source<Station>[];
  readonly devices: readonly Source<Device>[];
  readonly recipes: readonly Source<Recipe>[];
  readonly definitions: readonly Source<ProcessDefinition>[];
  readonly controlPlans: readonly Source<ControlPlan>[];
  readonly orders: readonly Source<Orders>[];
  readonly defects?: Source<Defects> | null;
  readonly integration?: Source<Integration> | null;
  readonly gauges?: Source<Gauges> | null;
  readonly machines?: readonly Source<MachineFile>[];
  readonly reasons?: Source<Reasons> | null;
  readonly calendar?: Source<Calendar> | null;
  readonly andon?: Source<Andon> | null;
  /**
   * Identifiers found in parts that could not be read. A reference to one of them is not called unknown: the fault is
   * told where it is, not again at everything that depends on it.
   */
  readonly alsoDeclared: ReadonlySet<string>;
}

export interface TagPlace {
  readonly tag: Tag;
  readonly device: Device;
}

/** Everything that can be referred to, by its identifier. */
export interface Index {
  readonly stations: ReadonlyMap<string, Station>;
  readonly devices: ReadonlyMap<string, Device>;
  readonly tags: ReadonlyMap<string, TagPlace>;
  readonly recipes: ReadonlyMap<string, ReadonlyMap<string, Recipe>>;
  readonly definitions: ReadonlyMap<string, ReadonlyMap<string, ProcessDefinition>>;
  readonly materials: ReadonlySet<string>;
  readonly qualifications: ReadonlySet<string>;
  readonly badges: ReadonlySet<string>;
  readonly alsoDeclared: ReadonlySet<string>;
}

export function indexOf(input: CheckInput): Index {
  const tags = new Map<string, TagPlace>();
  for (const { value: device } of input.devices) {
    for (const tag of device.tags) if (!tags.has(tag.id)) tags.set(tag.id, { tag, device });
  }
  return {
    stations: new Map(input.stations.map(({ value }) => [value.id, value])),
    devices: new Map(input.devices.map(({ value }) => [value.id, value])),
    tags,
    recipes: byRevision(input.recipes),
    definitions: byRevision(input.definitions),
    materials: new Set(input.materials?.value.materials.map(({ id }) => id)),
    qualifications: new Set(input.people?.value.qualifications.map(({ id }) => id)),
    badges: new Set(input.people?.value.people.map(({ badge }) => badge)),
    alsoDeclared: input.alsoDeclared,
  };
}

function byRevision<T extends { id: string; revision: string }>(
  sources: readonly Source<T>[],
): Map<string, Map<string, T>> {
  const map = new Map<string, Map<string, T>>();
  for (const { value } of sources) {
    const revisions = map.get(value.id) ?? new Map<string, T>();
    revisions.set(value.revision, value);
    map.set(value.id, revisions);
  }
  return map;
}

/** Collects the findings of one file. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #index: Index;

  constructor(index: Index) {
    this.#index = index;
  }

  add(file: string, path: Path, problem: string, remedy: string): void {
    this.all.push({ file, path, problem, remedy });
  }

  /** @returns true when `id` is known; else tells that it is not (unless it is declared in a part that could not be read). */
  known(
    file: string,
    path: Path,
    id: string,
    what: string,
    where: { has(id: string): boolean; keys(): Iterable<string> },
  ): boolean {
    if (where.has(id)) return true;
    if (!this.#index.alsoDeclared.has(id)) {
      this.add(file, path, `unknown ${what} "${id}"`, choices(id, where.keys(), what));
    }
    return false;
  }

  /** Tells of each value that came before; `path` gives the place of the n-th. */
  unique(file: string, values: readonly string[], what: string, path: (index: number) => Path): void {
    const seen = new Set<string>();
    values.forEach((value, index) => {
      if (seen.has(value)) {
        this.add(
          file,
          path(index),
          `${what} "${value}" is used twice`,
          `Give each ${what} once; rename or remove one.`,
        );
      }
      seen.add(value);
    });
  }
}
