/** What publishing keeps and reads, wherever it runs: at the plant server in its database, at a station in its data folder. */
import type { PublishState } from '#contract/publish-state.ts';
import type { Happened } from '#domain/happened.ts';
import type { Value } from './metrics.ts';

export interface PublishFact {
  /** null: this version cannot read it; nothing of it can be told. */
  readonly event: Happened | null;
  /** UTC ms when whoever publishes had it. */
  readonly receivedAt: number;
}

/** Facts that were not published yet, oldest first per stream. */
export interface PublishPage {
  readonly facts: readonly PublishFact[];
  /**
   * The broker has all of the page: its newest values are kept and the cursors move behind it, both or neither.
   * @throws Error when another instance speaks by now
   */
  keep(values: readonly Value[]): Promise<void>;
}

export interface PublishStore {
  /** @returns bdSeq of the connection that may be made now, 0 to 255; null: another instance speaks. */
  take(): Promise<number | null>;
  /** @throws Error when another instance speaks by now */
  hold(): Promise<void>;
  /** Lets another instance speak at once. */
  release(): Promise<void>;
  /** Streams that are new begin: where publishing begins, else at their first fact. */
  begin(): Promise<void>;
  /** Newest values by station; left out: of all. */
  held(stationIds?: readonly string[]): Promise<ReadonlyMap<string, readonly Value[]>>;
  page(most: number): Promise<PublishPage>;
  /** By station, whether it is heard; who is not in it is. */
  heard(): Promise<ReadonlyMap<string, boolean>>;
  /** For people to see. */
  tell(state: Omit<PublishState, 'since'>): Promise<void>;
}
