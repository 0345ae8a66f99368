/** Energy of the machines of this station that have a meter (docs/machine-time.md). All amounts are in the meter's unit. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { MachineState } from '../machine-state.ts';
import { base } from './base.ts';
import { oeeWindowSchema } from './oee.ts';

export interface SummedEnergy {
  readonly energy: number;
  readonly ms: number;
  /** ms of which the meter tells. */
  readonly knownMs: number;
}
/** What a machine used in a window of time; sums over the same facts. */
export interface EnergySums {
  readonly unit: string;
  /** All that was used, with `open`. */
  readonly energy: number;
  /** Within an outage over the beginning of a slice: known how much, not when. */
  readonly open: number;
  readonly knownMs: number;
  /** Most first. */
  readonly byState: readonly (SummedEnergy & { readonly state: MachineState })[];
  readonly byOrder: readonly (SummedEnergy & {
    /** null: no order ran. */
    readonly orderId: string | null;
    readonly definitionId: string | null;
    /** null: nothing counts pieces. */
    readonly good: number | null;
    readonly perGood: number | null;
  })[];
  readonly good: number | null;
  readonly perGood: number | null;
  /** While it was on and made nothing; `share` of what could be told by state, 0 to 1. */
  readonly idle: { readonly energy: number; readonly ms: number; readonly share: number | null };
  /** Quarters of an hour, oldest first; `perHour`: mean, in the unit per hour. Of one that is not whole it is a lower bound. */
  readonly quarters: readonly {
    readonly from: number;
    readonly energy: number;
    readonly perHour: number;
    readonly whole: boolean;
  }[];
  readonly peak: { readonly from: number; readonly perHour: number } | null;
  /** Of one unit; null: not told. */
  readonly price: { readonly amount: number; readonly currency: string } | null;
  /** A meter of another unit or step told of the window too; that is not in these sums. */
  readonly otherMeter: boolean;
}
export interface EnergyView extends EnergySums {
  /** UTC ms; of the window under way, `to` is now. */
  readonly from: number;
  readonly to: number;
  /** Where it will end; the same as `to` when it is over. */
  readonly endsAt: number;
  /** null: the window is no shift. */
  readonly shift: { readonly key: string; readonly title: Localized } | null;
}
export interface EnergyNow {
  readonly machineId: string;
  readonly unit: string;
  /** Mean of the last minute, in the unit per hour; null: the meter does not tell now. */
  readonly perHour: number | null;
}
/** What one stretch of time used. */
export interface EnergyCost {
  readonly unit: string;
  readonly energy: number;
  /** Of outages over its edges: nobody knows how much of it was within. */
  readonly open: number;
  readonly knownMs: number;
  /** null: no price is told. */
  readonly cost: { readonly amount: number; readonly currency: string } | null;
}
export interface UnitEnergy {
  readonly serial: string;
  readonly executionId: string;
  readonly from: number;
  /** null: it is in work. */
  readonly to: number | null;
  readonly energy: number;
  /** The meter told of all of it. */
  readonly whole: boolean;
}

/** At most a month: longer ones are told by the plant view. */
const longest = 31 * 86_400_000;
const window = z
  .strictObject({ machineId: z.string(), from: z.number().int(), to: z.number().int() })
  .refine(({ from, to }) => to > from && to - from <= longest, 'to must be after from, by 31 days at most');

export const energy = {
  /** Of every machine with a meter; at most once a second. `revision` goes up with everything that changes a figure. */
  watch: base.output(eventIterator(type<{ readonly revision: number; readonly machines: readonly EnergyNow[] }>())),
  /**
   * null: the machine has no meter or is not of this station, or there is no such window. What is used now is told at the next
   * quarter or slice.
   */
  summary: base
    .input(z.strictObject({ machineId: z.string().max(64), window: oeeWindowSchema }))
    .output(type<EnergyView | null>()),
  /** Of a stop, for example. */
  cost: base.input(window).output(type<EnergyCost | null>()),
  /** Units that were in work in the window, the newest first, at most 50. */
  units: base.input(window).output(type<readonly UnitEnergy[]>()),
};
