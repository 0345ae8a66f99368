/** Calls for help and the big board: what every station shows from afar. */
import { eventIterator, type } from '@orpc/contract';
import type { Localized } from '../config/text.ts';
import type { MachineState } from '../machine-state.ts';
import { pageInput, type Page } from '../rpc/base.ts';
import type { CallRow, Lamp, LampState } from '../rpc/andon.ts';
import { plantBase } from './base.ts';
import type { StationTile } from './lines.ts';

/** `here` is never so on the plant view, and nothing is told of what comes next. */
export interface PlantCall extends Omit<CallRow, 'here' | 'nextAt'> {
  readonly lineId: string | null;
}

export interface BoardMachine {
  readonly machineId: string;
  readonly title: Localized;
  readonly state: MachineState;
  /** UTC ms by the station's clock. */
  readonly since: number;
  readonly alarm: string | null;
}
export interface BoardStation {
  readonly stationId: string;
  readonly title: Localized;
  readonly link: StationTile['link'];
  readonly heardAt: number | null;
  readonly light: { readonly lamps: Readonly<Record<Lamp, LampState>>; readonly unknown: boolean };
  /** Empty: it watches none, and its work speaks for it. */
  readonly machines: readonly BoardMachine[];
  readonly work: StationTile['work'];
  readonly workSince: number | null;
  readonly serial: string | null;
  readonly passes: StationTile['passes'];
  readonly unsent: StationTile['unsent'];
  /** UTC ms since when a machine of it stands (a stop that is no micro-stop); null: none does. */
  readonly stoppedSince: number | null;
}
export interface BoardLine {
  readonly lineId: string;
  readonly title: Localized;
  readonly order: { readonly orderId: string; readonly done: number; readonly quantity: number } | null;
  readonly stations: readonly BoardStation[];
  /** Open, oldest first. */
  readonly calls: readonly PlantCall[];
  readonly held: number;
  readonly signals: number;
}
export interface Board {
  /** UTC ms by the server's clock. */
  readonly at: number;
  readonly shift: { readonly title: Localized; readonly from: number; readonly to: number } | null;
  readonly lines: readonly BoardLine[];
}

export const andon = {
  /** Emits when something worth showing changed, at most four times a second, and at least every 5 s. */
  board: plantBase.output(eventIterator(type<Board>())),
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Open ones first, then the newest. */
  calls: plantBase.input(pageInput).output(type<Page<PlantCall>>()),
};
