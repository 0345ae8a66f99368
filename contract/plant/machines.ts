/** Machines of all stations: state now, slices, counted pieces, doubts (docs/machine-time.md). */
import { eventIterator, type } from '@orpc/contract';
import type { Localized } from '../config/text.ts';
import type { MachineState } from '../machine-state.ts';
import type { Page } from '../rpc/base.ts';
import {
  doubtsInput,
  windowInput,
  type CountView,
  type DoubtView,
  type MachineNow,
  type SliceView,
} from '../rpc/machines.ts';
import { plantBase } from './base.ts';

export interface PlantMachine extends MachineNow {
  readonly stationId: string;
  readonly lineId: string | null;
  /** UTC ms when its station was heard last; null: never. What it says is known until then. */
  readonly heardAt: number | null;
  /** The station is heard: what was told last still holds. */
  readonly linked: boolean;
  /** Blocked or starved: the machine of the line that it waits for in the end (domain/stops/root.ts); null: it does not wait, or is not heard. */
  readonly waitsFor: {
    readonly state: 'blocked' | 'starved';
    /** null: no machine that is known stands on that side. */
    readonly root: LineRoot | null;
  } | null;
}

/** A machine that stands of its own, and makes others of its line wait. */
export interface LineRoot {
  readonly machineId: string;
  readonly title: Localized;
  readonly stationId: string;
  readonly state: MachineState;
  readonly alarm: string | null;
  /** UTC ms; `to` null: it still stands. */
  readonly from: number;
  readonly to: number | null;
  /** It works again, and parts have yet to come. */
  readonly over: boolean;
}

export const machines = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  list: plantBase.output(type<readonly PlantMachine[]>()),
  /** Whole slices that touch the window, oldest first. */
  slices: plantBase.input(windowInput).output(type<readonly SliceView[]>()),
  /** Counts that touch the window, oldest first. */
  counts: plantBase.input(windowInput).output(type<readonly CountView[]>()),
  /** Those that nobody has seen first, then the newest. */
  doubts: plantBase.input(doubtsInput).output(type<Page<DoubtView>>()),
};
