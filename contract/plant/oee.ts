/** OEE of all machines: a window with everything behind its numbers, trends from rollups, the shift under way (docs/machine-time.md). */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { idSchema, type Localized } from '../config/text.ts';
import { oeeWindowSchema, type OeeView, type ShiftRow, type Sums, type UnitsView } from '../rpc/oee.ts';
import { plantBase } from './base.ts';

/** Of the plant's calendar; weeks begin on Monday (ISO 8601). */
export const trendSteps = ['day', 'week', 'month'] as const;
export type TrendStep = (typeof trendSteps)[number];

/**
 * Why hours were told anew: facts of the machine that came late, what people said of stops, what became of units since, another
 * configuration.
 */
export const anewReasons = ['machine', 'stops', 'units', 'configuration'] as const;
export type AnewReason = (typeof anewReasons)[number];

export interface TrendPeriod {
  /** UTC ms; `to` is outside. */
  readonly from: number;
  readonly to: number;
  /** Ratios are computed from them (`figuresOf`). */
  readonly sums: Sums;
  /** UTC ms at which something in it was last told anew after its hours had been summed up; null: as it was told then. */
  readonly anewAt: number | null;
}

/** Hours that were told anew together. */
export interface ToldAnew {
  readonly at: number;
  readonly why: AnewReason;
  /** Beginning of the first hour and end of the last one, UTC ms. */
  readonly from: number;
  readonly to: number;
  readonly hours: number;
}

export interface TrendView {
  readonly machineId: string;
  readonly title: Localized;
  readonly timeZone: string;
  readonly step: TrendStep;
  /** Oldest first, without gap; the last one is under way. */
  readonly periods: readonly TrendPeriod[];
  /** UTC ms when the machine was watched first; null: never. */
  readonly watchedFrom: number | null;
  /** UTC ms before which hours are summed up; what is after it was computed for this answer. null: none is. */
  readonly summedUntil: number | null;
  /** Something that was summed up has changed and is being told anew: figures may still change. */
  readonly pending: boolean;
  /** Newest first, of the time shown. */
  readonly anew: readonly ToldAnew[];
}

/** A machine's shift under way: what the list of machines and the big board show. */
export interface ShiftOee {
  readonly machineId: string;
  readonly shift: ShiftRow | null;
  /** Up to now, or up to when its station was heard. */
  readonly sums: Sums;
}

export const oee = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** null: no such machine, or no such shift. */
  view: plantBase
    .input(z.strictObject({ machineId: idSchema, window: oeeWindowSchema }))
    .output(type<OeeView | null>()),
  /** Units that ran on the machine. null: no such machine, or no such shift. */
  units: plantBase
    .input(z.strictObject({ machineId: idSchema, window: oeeWindowSchema }))
    .output(type<UnitsView | null>()),
  /** Shifts of the last days, newest first; the one under way is the first. */
  shifts: plantBase.output(type<readonly ShiftRow[]>()),
  /** The last `count` periods, the one under way among them. null: no such machine. */
  trend: plantBase
    .input(
      z.strictObject({
        machineId: idSchema,
        step: z.enum(trendSteps),
        count: z.number().int().min(1).max(400),
      }),
    )
    .output(type<TrendView | null>()),
  /** Of every machine: the shift under way; between shifts the time since the last one. */
  now: plantBase.output(type<readonly ShiftOee[]>()),
};
