/** A whole configuration folder after reading: what the station runs on. */
import type { Andon } from './andon.ts';
import type { Calendar } from './calendar.ts';
import type { ControlPlan } from './control-plan.ts';
import type { Defects } from './defects.ts';
import type { ProcessDefinition } from './definition.ts';
import type { Device, Recipe } from './device.ts';
import type { Gauge } from './gauges.ts';
import type { Integration } from './integration.ts';
import type { MachineFile } from './machines.ts';
import type { Line, Materials, Orders, People, Plant, Station } from './plant.ts';
import type { Reasons } from './reasons.ts';

export interface Configuration {
  /** SHA-256 over the files' names and contents, hex; events carry it. */
  readonly hash: string;
  readonly plant: Plant;
  readonly lines: readonly Line[];
  readonly stations: readonly Station[];
  readonly devices: readonly Device[];
  readonly recipes: readonly Recipe[];
  readonly definitions: readonly ReleasedDefinition[];
  readonly controlPlans: readonly ReleasedControlPlan[];
  readonly materials: Materials['materials'];
  readonly people: People;
  readonly orders: Orders['orders'];
  /** defects.yaml; null or left out: there is none. */
  readonly defects?: Defects | null;
  /** gauges.yaml; left out: there is none. */
  readonly gauges?: readonly Gauge[];
  /** machines/*.yaml; left out: there is none. */
  readonly machines?: readonly MachineFile[];
  /** reasons.yaml; null or left out: the SEMI E10 tree holds. */
  readonly reasons?: Reasons | null;
  /** calendar.yaml; null or left out: there is none. */
  readonly calendar?: Calendar | null;
  /** andon.yaml; null or left out: there is none. */
  readonly andon?: Andon | null;
  /** integration.yaml; null or left out: there is none. */
  readonly integration?: Integration | null;
}

export interface ReleasedDefinition extends ProcessDefinition {
  /** SHA-256 of the file's content, hex. */
  readonly hash: string;
  /** Where it was read from, relative to the configuration folder, with `/`; its images are in it. */
  readonly folder?: string;
}

export interface ReleasedControlPlan extends ControlPlan {
  /** SHA-256 of the file's content, hex. */
  readonly hash: string;
}

/** One thing wrong with a configuration folder, with where it is and what to do. */
export interface ConfigurationFault {
  readonly file: string;
  /** 1-based; null when the whole file is meant (e.g. it is missing). */
  readonly line: number | null;
  readonly column: number | null;
  /** Path inside the file, e.g. `operations[1].steps[0].bomLine`. */
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}
