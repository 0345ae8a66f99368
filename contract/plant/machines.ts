/** Machines of all stations: state now, slices, counted pieces, doubts (docs/machine-time.md). */
import { eventIterator, type } from '@orpc/contract';
import type { Page } from '../rpc/base.ts';
import {
  doubtsInput,
  windowInput,
  type CountView,
  type DoubtView,
  type MachineNow,
  type SliceView,
  type WaitsFor,
} from '../rpc/machines.ts';
import { plantBase } from './base.ts';

export interface PlantMachine extends Omit<MachineNow, 'waitsFor'> {
  readonly stationId: string;
  readonly lineId: string | null;
  /** UTC ms when its station was heard last; null: never. What it says is known until then. */
  readonly heardAt: number | null;
  /** The station is heard: what was told last still holds. */
  readonly linked: boolean;
  /** null: it does not wait, or is not heard. */
  readonly waitsFor: WaitsFor | null;
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
