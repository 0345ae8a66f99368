/** Signals of control charts over all stations: what is locked, what is suspect, what was done about it. */
import { eventIterator, type } from '@orpc/contract';
import type { Localized } from '../config/text.ts';
import type { FiredRule } from '../events/shared.ts';
import { pageInput, type Page } from '../rpc/base.ts';
import type { UnitStatus } from '../rpc/units.ts';
import { plantBase } from './base.ts';

export interface PlantSignal {
  readonly signalId: string;
  readonly title: Localized;
  readonly lineId: string | null;
  /** The station it is about, and the one that found it. */
  readonly stationId: string;
  readonly toldBy: string;
  readonly operationId: string;
  readonly raisedAt: number;
  readonly rules: readonly FiredRule[];
  readonly steps: { readonly done: number; readonly total: number };
  readonly closed: {
    readonly at: number;
    readonly by: string;
    readonly cause: Localized;
    readonly note: string;
  } | null;
  /** The suspect window: what the finder named, and what the plant added. */
  readonly units: readonly {
    readonly serial: string;
    /** null: nothing was heard of it. */
    readonly status: UnitStatus | null;
    readonly held: boolean;
  }[];
}

export const control = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Open ones first, then the newest. */
  signals: plantBase.input(pageInput).output(type<Page<PlantSignal>>()),
};
