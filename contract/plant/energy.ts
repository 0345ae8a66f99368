/** Energy of all machines that have a meter, over days of the plant (docs/machine-time.md). */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { EnergySums } from '../rpc/energy.ts';
import { plantBase } from './base.ts';

/** Days of a whole plant are answered together; more of them at once would be megabytes, and keep others waiting. */
export const mostEnergyDays = 92;

/** `energy` with `open`, as `EnergySums`. */
export interface EnergyDay extends Pick<
  EnergySums,
  'energy' | 'open' | 'byState' | 'good' | 'perGood' | 'idle' | 'peak'
> {
  /** `YYYY-MM-DD` of the plant's calendar. */
  readonly day: string;
  /** UTC ms; of the day under way, `to` is now. */
  readonly from: number;
  readonly to: number;
}
export interface MachineEnergy {
  readonly machineId: string;
  readonly title: Localized;
  readonly stationId: string;
  readonly lineId: string | null;
  /** Of the whole range. */
  readonly sums: Omit<EnergySums, 'quarters' | 'byOrder'>;
  /** Every day of the range that has begun, oldest first. */
  readonly days: readonly EnergyDay[];
  /** In outages over a midnight: in the range, in no day. In the meter's unit. */
  readonly betweenDays: number;
}
export interface PlantEnergy {
  /** UTC ms: the beginning of the first day, the end of the last one or now. */
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
  /** Today, by the plant's calendar. */
  readonly today: string;
  /** Those with a meter that the person sees, by line. */
  readonly machines: readonly MachineEnergy[];
}

const dayMs = 86_400_000;

export const energy = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Days of the plant's calendar, both inside. */
  overview: plantBase
    .input(
      z
        .strictObject({ from: z.iso.date(), to: z.iso.date() })
        .refine(
          ({ from, to }) => to >= from && Date.parse(to) - Date.parse(from) < mostEnergyDays * dayMs,
          `\`to\` must not be before \`from\`, and the range be of ${mostEnergyDays} days at most`,
        ),
    )
    .output(type<PlantEnergy>()),
};
