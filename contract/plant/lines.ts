/** The board: every line, every station, and how old what is shown is. */
import { eventIterator, type } from '@orpc/contract';
import type { Localized } from '../config/text.ts';
import type { WorkPace } from '../rpc/execution.ts';
import type { LineRoot } from '../rpc/machines.ts';
import { plantBase } from './base.ts';

/** `silent`: not heard of for 15 s. `never`: not enrolled or never seen. */
export type StationLink = 'linked' | 'silent' | 'never';
export type StationWork = 'in-work' | 'waiting' | 'failed' | 'locked' | 'stopped' | 'unknown';

export interface StationTile {
  readonly stationId: string;
  readonly title: Localized;
  readonly link: StationLink;
  /** UTC ms of the last hello; null: never. Everything shown of a silent station is as of then. */
  readonly heardAt: number | null;
  readonly work: StationWork;
  /** Since when, UTC ms. */
  readonly workSince: number | null;
  readonly unit: { readonly serial: string; readonly orderId: string; readonly operationId: string } | null;
  readonly person: string | null;
  /** Passes of this hour of the plant's clock at this station, and of the last full hour. */
  readonly passes: { readonly thisHour: number; readonly lastHour: number; readonly lastPassAt: number | null };
  /** By the `taktMs` of the operation that it works on, and what of this hour is planned; null: no takt is given. */
  readonly pace: WorkPace | null;
  readonly unsent: { readonly count: number; readonly oldestAt: number | null };
  readonly devicesDown: readonly string[];
}
export interface LineRow {
  readonly lineId: string;
  readonly title: Localized;
  readonly stations: readonly StationTile[];
  readonly order: { readonly orderId: string; readonly done: number; readonly quantity: number } | null;
  /** Units on hold, open contradictions: what wants a person. */
  readonly held: number;
  readonly cases: number;
  /** The machine that most of its waiting machines wait for, and how many do; of machines that are planned to work now. null: none waits for a known one. */
  readonly standsAt: { readonly root: LineRoot; readonly waiting: number } | null;
  /** Open signals of control charts, oldest first. */
  readonly signals: readonly {
    readonly signalId: string;
    readonly title: Localized;
    readonly stationId: string;
    readonly raisedAt: number;
  }[];
}

export const lines = {
  /** Emits when something worth showing changed, at most four times a second, and at least every 5 s. */
  watch: plantBase.output(eventIterator(type<{ readonly at: number; readonly lines: readonly LineRow[] }>())),
};
