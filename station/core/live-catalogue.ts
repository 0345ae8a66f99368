/** The configuration in force, which released files may change while the station runs: one object for whoever looks things up. */
import type { Configuration, ReleasedControlPlan, ReleasedDefinition } from '#contract/config/index.ts';
import type { Defects } from '#contract/config/defects.ts';
import type { Recipe } from '#contract/config/device.ts';
import type { Line, Person, Plant, Station } from '#contract/config/plant.ts';
import type { DefinitionRef } from '#contract/events/shared.ts';
import { catalogueOf, type Catalogue } from '#domain/catalogue.ts';
import { Signal } from '#station/streams/signal.ts';

/** Definitions that were in force once, by the hash of their text. */
export interface DefinitionArchive {
  find(hash: string): ReleasedDefinition | null;
}

export class LiveCatalogue implements Catalogue {
  /** Another configuration is in force. */
  readonly changed: Signal<void>;
  readonly #archive: DefinitionArchive;
  #now: Catalogue;
  /** Of every configuration since the start: a run that is open needs the one that its definition names. */
  readonly #recipes = new Map<string, Recipe>();

  constructor(configuration: Configuration, archive: DefinitionArchive, onError?: (error: unknown) => void) {
    this.changed = new Signal(onError);
    this.#archive = archive;
    this.#now = this.#index(configuration);
  }

  replace(configuration: Configuration): void {
    this.#now = this.#index(configuration);
    this.changed.emit();
  }

  #index(configuration: Configuration): Catalogue {
    for (const recipe of configuration.recipes) this.#recipes.set(`${recipe.id}\u0000${recipe.revision}`, recipe);
    return catalogueOf(configuration);
  }

  /** The very definition a run was started with, also when another is in force by now. */
  definitionOf(ref: DefinitionRef): ReleasedDefinition | null {
    const now = this.#now.definitionOf(ref);
    if (now !== null) return now;
    const kept = this.#archive.find(ref.hash);
    return kept !== null && kept.id === ref.id && kept.revision === ref.revision ? kept : null;
  }
  recipe(id: string, revision: string): Recipe | null {
    return this.#now.recipe(id, revision) ?? this.#recipes.get(`${id}\u0000${revision}`) ?? null;
  }

  get hash(): string {
    return this.#now.hash;
  }
  get plant(): Plant {
    return this.#now.plant;
  }
  get lines(): readonly Line[] {
    return this.#now.lines;
  }
  get stations(): readonly Station[] {
    return this.#now.stations;
  }
  get definitions(): readonly ReleasedDefinition[] {
    return this.#now.definitions;
  }
  get controlPlans(): readonly ReleasedControlPlan[] {
    return this.#now.controlPlans;
  }
  get gauges(): Catalogue['gauges'] {
    return this.#now.gauges;
  }
  get reasons(): Catalogue['reasons'] {
    return this.#now.reasons;
  }
  get calendar(): Catalogue['calendar'] {
    return this.#now.calendar;
  }
  get defects(): Defects | null {
    return this.#now.defects;
  }
  get andon(): Catalogue['andon'] {
    return this.#now.andon;
  }
  get people(): readonly Person[] {
    return this.#now.people;
  }
  readonly definition: Catalogue['definition'] = (id, revision) => this.#now.definition(id, revision);
  readonly controlPlanOf: Catalogue['controlPlanOf'] = (definitionId) => this.#now.controlPlanOf(definitionId);
  readonly controlPlan: Catalogue['controlPlan'] = (id, revision) => this.#now.controlPlan(id, revision);
  readonly planned: Catalogue['planned'] = (definitionId, id) => this.#now.planned(definitionId, id);
  readonly gauge: Catalogue['gauge'] = (id) => this.#now.gauge(id);
  readonly gaugeOfDevice: Catalogue['gaugeOfDevice'] = (deviceId) => this.#now.gaugeOfDevice(deviceId);
  get machines(): Catalogue['machines'] {
    return this.#now.machines;
  }
  readonly machine: Catalogue['machine'] = (id) => this.#now.machine(id);
  readonly device: Catalogue['device'] = (id) => this.#now.device(id);
  readonly devices: Catalogue['devices'] = () => this.#now.devices();
  readonly tag: Catalogue['tag'] = (id) => this.#now.tag(id);
  readonly material: Catalogue['material'] = (id) => this.#now.material(id);
  readonly materialByGtin: Catalogue['materialByGtin'] = (gtin) => this.#now.materialByGtin(gtin);
  readonly person: Catalogue['person'] = (id) => this.#now.person(id);
  readonly personByBadge: Catalogue['personByBadge'] = (badge) => this.#now.personByBadge(badge);
  readonly qualificationTitle: Catalogue['qualificationTitle'] = (id) => this.#now.qualificationTitle(id);
  readonly station: Catalogue['station'] = (id) => this.#now.station(id);
  readonly lineOf: Catalogue['lineOf'] = (stationId) => this.#now.lineOf(stationId);
}
