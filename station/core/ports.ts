/** What the core needs of other rooms of the station, no wider than it is used. `compose.ts` puts the real ones in. */
import type { DeviceState, DriverArgument, DriverResult } from '#contract/driver.ts';
import type { LiveReading, TagValue } from '#contract/reading.ts';
import type { DomainEvent, StoredEvent } from '#contract/events/index.ts';
import type { Actor } from '#contract/envelope.ts';
import type { StoreState } from '#contract/rpc/system.ts';
import type { ScannedComponent } from '#domain/facts.ts';

/** The tag hub. */
export interface LiveSource {
  /** The newest reading with the supervisor's judgement of its age; null: the tag is unknown or never had a reading. */
  live(tagId: string): LiveReading | null;
}

/** The device supervisor. */
export interface DeviceSource {
  condition(deviceId: string): { readonly state: DeviceState; readonly since: number } | null;
  /** The driver's manifest says each reading is an act of a person. */
  pushes(deviceId: string): boolean;
  /** Writes and reads back; `value` is what the device holds now. */
  write(tagId: string, value: TagValue): Promise<DriverResult<TagValue>>;
  /** Asks the device now, past any cache, in the order of `tagIds`. */
  read(tagIds: readonly string[]): Promise<DriverResult<readonly LiveReading[]>>;
  call(
    deviceId: string,
    object: string,
    method: string,
    args: readonly DriverArgument[],
  ): Promise<DriverResult<readonly TagValue[]>>;
  /** Lossless: every reading of these tags from now on, in order, also bad ones. @returns how to stop. */
  subscribe(tagIds: readonly string[], listener: (reading: LiveReading) => void): () => void;
}

/** The history file, for the curve of a finished machine cycle. */
export interface TraceStore {
  putTrace(traceId: string, x: readonly number[], y: readonly number[]): void;
  getTrace(traceId: string): { readonly x: readonly number[]; readonly y: readonly number[] } | null;
}

/** The scan parser (domain/scan), as far as a component step needs it. */
export type ParseComponent = (code: string) => ScannedComponent | null;

export interface Ids {
  /** Unique for ever, at most 64 characters. */
  next(): string;
}

/** The event log with its read model, as the core uses it. */
export interface CoreStore {
  readonly epoch: string;
  state(): { readonly state: StoreState; readonly detail: string };
  /**
   * Appends all of them, with the read model, in one transaction, or none.
   * @throws when the store cannot be written; `state()` then says why.
   */
  append(
    events: readonly DomainEvent[],
    meta: { readonly actor: Actor; readonly commandId: string | null; readonly config: string },
  ): readonly StoredEvent[];
  /** Rows of the read model. */
  all(sql: string, ...params: readonly (string | number | null)[]): readonly Readonly<Record<string, unknown>>[];
  /** Stored events by their seq, lifted to the newest version; missing ones are left out. */
  records(seqs: readonly number[]): readonly StoredEvent[];
}
