/** The configuration in force, indexed for the rules. */
import type { Andon } from '#contract/config/andon.ts';
import type { Configuration, ReleasedControlPlan, ReleasedDefinition } from '#contract/config/index.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { PlannedCharacteristic } from '#contract/config/control-plan.ts';
import type { Defects } from '#contract/config/defects.ts';
import type { MachineFile } from '#contract/config/machines.ts';
import type { Device, Recipe, Tag } from '#contract/config/device.ts';
import type { Line, Materials, Person, Plant, Station } from '#contract/config/plant.ts';
import type { Localized } from '#contract/config/text.ts';
import type { DefinitionRef } from '#contract/events/shared.ts';
import type { CalendarPlan } from './oee/calendar.ts';
import { reasonTree, type ReasonTree } from './stops/reasons.ts';

export type Material = Materials['materials'][number];

export interface Catalogue {
  readonly hash: string;
  readonly plant: Plant;
  readonly lines: readonly Line[];
  readonly stations: readonly Station[];
  readonly definitions: readonly ReleasedDefinition[];
  readonly people: readonly Person[];
  definition(id: string, revision: string): ReleasedDefinition | null;
  /** The very definition an execution was started with: same id, revision and content; null when it is gone or was changed. */
  definitionOf(ref: DefinitionRef): ReleasedDefinition | null;
  readonly controlPlans: readonly ReleasedControlPlan[];
  /** The released control plan of a process definition, whatever its revision; null: it has none. */
  controlPlanOf(definitionId: string): ReleasedControlPlan | null;
  controlPlan(id: string, revision: string): ReleasedControlPlan | null;
  /**
   * What the released plan asks of a characteristic, whatever the definition's revision: as it is measured in its run, where
   * it stands twice; null: it is in none.
   */
  planned(definitionId: string, characteristicId: string): PlannedCharacteristic | null;
  readonly gauges: readonly Gauge[];
  gauge(id: string): Gauge | null;
  /** The gauge of the register that this device is; null: it is none. */
  gaugeOfDevice(deviceId: string): Gauge | null;
  /** Why machines stop: the plant's own tree, else that of SEMI E10. */
  readonly reasons: ReasonTree;
  /** Shifts, breaks, holidays and planned stops. */
  readonly calendar: CalendarPlan;
  /** Catalogue of defects; null: the plant has none. */
  readonly defects: Defects | null;
  /** Calls for help and stack lights; null: the plant has none. */
  readonly andon: Andon | null;
  readonly machines: readonly MachineFile[];
  machine(id: string): MachineFile | null;
  device(id: string): Device | null;
  devices(): readonly Device[];
  /** A tag and the device it belongs to; tag ids are unique in a plant. */
  tag(id: string): { readonly tag: Tag; readonly device: Device } | null;
  recipe(id: string, revision: string): Recipe | null;
  material(id: string): Material | null;
  materialByGtin(gtin: string): Material | null;
  person(id: string): Person | null;
  personByBadge(badge: string): Person | null;
  qualificationTitle(id: string): Localized | null;
  station(id: string): Station | null;
  lineOf(stationId: string): Line | null;
}

export function catalogueOf(configuration: Configuration): Catalogue {
  const revisionKey = (id: string, revision: string): string => `${id}\u0000${revision}`;
  const definitions = new Map(configuration.definitions.map((d) => [revisionKey(d.id, d.revision), d]));
  const devices = new Map(configuration.devices.map((d) => [d.id, d]));
  const tags = new Map(
    configuration.devices.flatMap((device) => device.tags.map((tag) => [tag.id, { tag, device }] as const)),
  );
  const machines = new Map((configuration.machines ?? []).map((m) => [m.id, m]));
  const recipes = new Map(configuration.recipes.map((r) => [revisionKey(r.id, r.revision), r]));
  const materials = new Map(configuration.materials.map((m) => [m.id, m]));
  const gtins = new Map(configuration.materials.flatMap((m) => (m.gtin === undefined ? [] : [[m.gtin, m] as const])));
  const people = new Map(configuration.people.people.map((p) => [p.id, p]));
  const badges = new Map(configuration.people.people.map((p) => [p.badge, p]));
  const qualifications = new Map(configuration.people.qualifications.map((q) => [q.id, q.title]));
  const stations = new Map(configuration.stations.map((s) => [s.id, s]));
  const gauges = new Map((configuration.gauges ?? []).map((g) => [g.id, g]));
  const gaugesByDevice = new Map(
    (configuration.gauges ?? []).flatMap((g) => (g.device === undefined ? [] : [[g.device, g] as const])),
  );
  const plans = new Map(configuration.controlPlans.map((p) => [revisionKey(p.id, p.revision), p]));
  const planOf = new Map(
    configuration.controlPlans.filter((p) => p.status === 'released').map((p) => [p.definition, p]),
  );
  const definition = (id: string, revision: string): ReleasedDefinition | null =>
    definitions.get(revisionKey(id, revision)) ?? null;
  return {
    hash: configuration.hash,
    plant: configuration.plant,
    lines: configuration.lines,
    stations: configuration.stations,
    definitions: configuration.definitions,
    controlPlans: configuration.controlPlans,
    reasons: reasonTree(configuration.reasons ?? null),
    calendar: { ...configuration.plant, planned: configuration.calendar?.planned ?? [] },
    defects: configuration.defects ?? null,
    andon: configuration.andon ?? null,
    people: configuration.people.people,
    definition,
    definitionOf(ref) {
      const found = definition(ref.id, ref.revision);
      return found !== null && found.hash === ref.hash ? found : null;
    },
    controlPlanOf: (definitionId) => planOf.get(definitionId) ?? null,
    controlPlan: (id, revision) => plans.get(revisionKey(id, revision)) ?? null,
    planned(definitionId, characteristicId) {
      const of = planOf.get(definitionId)?.characteristics.filter((c) => c.characteristic === characteristicId) ?? [];
      return of.find(({ sampling }) => sampling === undefined) ?? of[0] ?? null;
    },
    gauges: configuration.gauges ?? [],
    gauge: (id) => gauges.get(id) ?? null,
    gaugeOfDevice: (deviceId) => gaugesByDevice.get(deviceId) ?? null,
    machines: configuration.machines ?? [],
    machine: (id) => machines.get(id) ?? null,
    device: (id) => devices.get(id) ?? null,
    devices: () => configuration.devices,
    tag: (id) => tags.get(id) ?? null,
    recipe: (id, revision) => recipes.get(revisionKey(id, revision)) ?? null,
    material: (id) => materials.get(id) ?? null,
    materialByGtin: (gtin) => gtins.get(gtin) ?? null,
    person: (id) => people.get(id) ?? null,
    personByBadge: (badge) => badges.get(badge) ?? null,
    qualificationTitle: (id) => qualifications.get(id) ?? null,
    station: (id) => stations.get(id) ?? null,
    lineOf: (stationId) => configuration.lines.find((line) => line.stations.includes(stationId)) ?? null,
  };
}
