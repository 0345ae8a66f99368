/** What a decider may know beside the aggregates: everything that is not pure comes in here as a value. */
import type { Station } from '#contract/config/plant.ts';
import type { DeviceState } from '#contract/driver.ts';
import type { Actor } from '#contract/envelope.ts';
import type { LiveReading } from '#contract/reading.ts';
import type { AndonFacts } from './andon/facts.ts';
import type { BenchFacts } from './bench/facts.ts';
import type { Catalogue } from './catalogue.ts';
import type { ContainmentFacts } from './containments/facts.ts';
import type { ControlFacts } from './control/facts.ts';
import type { GaugeFacts } from './gauges/facts.ts';
import type { HandoverFacts } from './handover/facts.ts';
import type { MachineFacts } from './machines/facts.ts';
import type { NonconformanceFacts } from './nonconformances/facts.ts';
import type { Session } from './people/session.ts';
import type { StopFacts } from './stops/facts.ts';
import type { StudyFacts } from './studies/facts.ts';

/** A component label as the scan parser understood it. `materialId` or `gtin` says what it is; both null: not known. */
export interface ScannedComponent {
  readonly materialId: string | null;
  readonly gtin: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  /** UTC ms of the end of use, null when the label has none. */
  readonly expiresAt: number | null;
  readonly raw: string;
}

export interface DeviceFact {
  readonly state: DeviceState;
  /** UTC ms since when the state holds. */
  readonly since: number;
  /** Each reading is an act of a person (gauge button), not a state: the newest one must not be taken again. */
  readonly pushes: boolean;
}

/** The road to the plant server. */
export interface ServerFact {
  /** This station belongs to a server: orders, numbers and units come from there. */
  readonly configured: boolean;
  readonly linked: boolean;
  /** UTC ms since when `linked` is as it is. */
  readonly sinceAt: number;
  /** Its documents that are here are the newest. */
  readonly current: boolean;
}
/** An open contradiction about a unit (contract/sync/down.ts). */
export interface CaseFact {
  readonly caseId: string;
  readonly kind: string;
  readonly openedAt: number;
}

export interface Facts {
  /** UTC ms. */
  readonly now: number;
  readonly actor: Actor;
  readonly station: Station;
  readonly catalogue: Catalogue;
  readonly session: Session;
  /** Ids to use for what this command creates. */
  readonly ids: {
    readonly execution: string;
    readonly hold: string;
    readonly cycle: string;
    /** Of something else: the same id for the same name within one command. */
    fresh(what: string): string;
  };
  reading(tagId: string): LiveReading | null;
  device(deviceId: string): DeviceFact | null;
  readonly server: ServerFact;
  /** Open contradictions about a unit. */
  cases(serial: string): readonly CaseFact[];
  /** Samples. */
  readonly bench: BenchFacts;
  /** Charts and signals. */
  readonly control: ControlFacts;
  readonly gauges: GaugeFacts;
  /** Measurement system studies. */
  readonly studies: StudyFacts;
  readonly nonconformances: NonconformanceFacts;
  readonly containments: ContainmentFacts;
  /** Calls for help. */
  readonly andon: AndonFacts;
  readonly handovers: HandoverFacts;
  /** Machine time. */
  readonly machines: MachineFacts;
  readonly stops: StopFacts;
  /** UTC ms when the server last told of the unit; null: never. */
  heardAt(serial: string): number | null;
  /** Serial of the unit that this component serial is in now, null when in none. */
  fittedIn(materialId: string, componentSerial: string): string | null;
}
