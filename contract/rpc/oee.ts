/** OEE that can be argued with: a window of a machine's time with everything behind its numbers (docs/machine-time.md). */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { SliceContext } from '../events/shared.ts';
import type { BigLoss, MachineState, ReasonCategory } from '../machine-state.ts';
import { base } from './base.ts';

/**
 * Time elements of ISO 22400-2 into which all time falls: APT production, AUST setup, ADET delay, ADOT down, PDOT planned
 * downtime; `unplanned`: outside of planned operation time; `unknown`: nobody knows what the machine did.
 */
export const timeElements = ['APT', 'AUST', 'ADET', 'ADOT', 'PDOT', 'unplanned', 'unknown'] as const;
export type TimeElement = (typeof timeElements)[number];

/** Losses of time. `other`: the machine stood longer than a minor stop, and what it told or people said is none of the big ones. */
export const timeLosses = ['breakdown', 'setup', 'minor-stop', 'other'] as const;
export type TimeLoss = (typeof timeLosses)[number];

/**
 * `working`: planned busy time as far as the calendar knows. `break`, `planned`, `maintenance`: planned downtime inside a shift.
 * `unplanned`: no shift; not planned operation time, so a planned stop there changes nothing.
 */
export type CalendarKind = 'working' | 'break' | 'planned' | 'maintenance' | 'unplanned';

/** What decided a span's element. */
export type Because = 'calendar' | 'state' | 'short' | 'reason' | 'no-data';

export interface RateView {
  readonly cycleMs: number;
  readonly taktMs: number;
  readonly revision: string;
}

/** What people said of a part of a stop. `by`: their name. */
export interface SpanStop {
  readonly stopId: string;
  readonly partId: string;
  readonly reason: {
    readonly id: string;
    readonly title: Localized;
    readonly category: ReasonCategory;
    readonly loss: BigLoss | null;
  } | null;
  readonly by: string | null;
  readonly at: number | null;
}

/**
 * By the counter; without one, by the units. Where the counter does not judge, the units do: what is neither good nor scrap of it
 * goes through rework or waits for a decision.
 */
export interface SpanPieces {
  readonly produced: number;
  readonly good: number;
  readonly scrap: number;
  /** Of the produced: nobody knows exactly when, so they are spread evenly over their count. */
  readonly spread: number;
  /** Of the produced: a counter told how many of them were good or scrap. */
  readonly judged: number;
  /** Of the produced: there is no counter, units stand for them. */
  readonly byUnits: number;
}

/** What became of units that ran on the machine (domain/oee/units.ts); one of each that is `made` is good, scrap, rework or waiting. */
export interface SpanUnits {
  readonly made: number;
  readonly scrap: number;
  readonly rework: number;
  readonly waiting: number;
  /** Of the made: inspected for the first time (IP), and of those good without rework (GP). */
  readonly inspected: number;
  readonly firstPassed: number;
}

/** `waiting`: it failed or is on hold, and nobody decided yet. */
export type UnitFate = 'good' | 'scrap' | 'rework' | 'waiting';

/** A unit at the end of its run on the machine: one piece. */
export interface MadeUnit {
  readonly serial: string;
  readonly executionId: string;
  readonly operationId: string;
  readonly definitionId: string;
  /** End of the run, UTC ms: the instant at which the piece counts. */
  readonly at: number;
  readonly fate: UnitFate;
  /** UTC ms when that was told; the same as `at`: with the end of the run. */
  readonly toldAt: number;
  /** It was inspected for the first time. */
  readonly first: boolean;
  /** And is good without rework. */
  readonly firstPassed: boolean;
  /** Good here, scrapped for another operation: it is scrap there. */
  readonly scrappedElsewhere: boolean;
}

export interface UnitsView {
  /** Oldest first, the newest 2,000. */
  readonly units: readonly MadeUnit[];
  /** That the window has more. */
  readonly more: number;
}

/** A stretch of time of which everything is one: calendar, state, what runs, what people said. */
export interface OeeSpan {
  /** UTC ms; `to` is outside. */
  readonly from: number;
  readonly to: number;
  readonly element: TimeElement;
  readonly loss: TimeLoss | null;
  readonly because: Because;
  readonly calendar: CalendarKind;
  readonly shiftKey: string | null;
  readonly plannedId: string | null;
  /** Beginning of the slice that it is of. */
  readonly sliceAt: number;
  readonly state: MachineState;
  readonly told: string | null;
  readonly alarm: string | null;
  readonly context: SliceContext;
  /** The slice is told otherwise than at the time. */
  readonly restated: boolean;
  /** Beginning of the whole stop that it is of; null: the machine worked, or nobody knows. */
  readonly stopAt: number | null;
  readonly stop: SpanStop | null;
  /** A stop, minor stop or failure begins with this span; each is counted once. */
  readonly begins: TimeLoss | null;
  readonly pieces: SpanPieces;
  readonly units: SpanUnits;
  /** null: no ideal rate is told for what ran. */
  readonly rate: RateView | null;
}

/** Sums over spans (domain/oee/sums.ts): all that figures need. */
export interface Sums {
  /** ms */
  readonly ms: Readonly<Record<TimeElement, number>>;
  readonly lossMs: Readonly<Record<TimeLoss, number>>;
  /** How many stops of each kind began. */
  readonly events: Readonly<Record<TimeLoss, number>>;
  /** Of PDOT: planned stops and reasons that are maintenance. */
  readonly maintenanceMs: number;
  /** In which an order was on the machine, whatever it did; and of it the busy time (AUBT). */
  readonly orderMs: number;
  readonly orderBusyMs: number;
  /** Pieces made in planned operation time (POT). */
  readonly produced: number;
  readonly good: number;
  readonly scrap: number;
  /** Of the produced: made while an order was on the machine. */
  readonly orderProduced: number;
  /** Of the scrap: made in setup. */
  readonly startupScrap: number;
  /** Of the produced: nobody knows exactly when. */
  readonly spread: number;
  /** Of the produced: a counter told how many were good or scrap. */
  readonly judged: number;
  /** Of the produced: units stand for them, there is no counter. */
  readonly byUnits: number;
  /** Units that ran on the machine in planned operation time, and what became of them (domain/oee/units.ts). */
  readonly unitsMade: number;
  readonly unitsScrap: number;
  readonly unitsRework: number;
  readonly unitsWaiting: number;
  readonly unitsInspected: number;
  readonly unitsFirstPassed: number;
  /** Of the produced: no ideal rate is told. */
  readonly unrated: number;
  /** Made outside of planned operation time; in no figure. */
  readonly outside: number;
  /** Ideal time of the produced, the good, and the scrap of setup (PRI x PQ, PRI x GQ), µs: whole ones, so that sums are exact. */
  readonly idealUs: number;
  readonly idealGoodUs: number;
  readonly idealStartupUs: number;
}

export interface OeeCount {
  readonly from: number;
  readonly to: number;
  readonly kind: 'counted' | 'rolled-over' | 'gap' | 'reset';
  readonly produced: number;
  readonly good: number | null;
  readonly scrap: number | null;
}

export interface OeeView {
  readonly machineId: string;
  readonly title: Localized;
  /** UTC ms; of the window under way, `to` is now. */
  readonly from: number;
  readonly to: number;
  /** Where it will end; the same as `to` when it is over. */
  readonly endsAt: number;
  readonly timeZone: string;
  /** null: the window is no shift. */
  readonly shift: { readonly key: string; readonly title: Localized } | null;
  /** Tile the window exactly, oldest first. */
  readonly spans: readonly OeeSpan[];
  readonly counts: readonly OeeCount[];
  /** Planned time from now to the end of the shift under way, for targets; empty for what is over. */
  readonly ahead: readonly { readonly from: number; readonly to: number; readonly kind: CalendarKind }[];
  /** Of what runs now; null: nothing, or no rate. */
  readonly rate: RateView | null;
  /** When the newest piece was made; null: none in the window. */
  readonly lastPieceAt: number | null;
  readonly costPerHour: { readonly amount: number; readonly currency: string } | null;
  /** When somebody or something last changed this past after it was over; null: as it was told then. */
  readonly restatedAt: number | null;
  /** Titles of planned stops in it. */
  readonly planned: readonly { readonly id: string; readonly title: Localized }[];
}

/** A cycle of one piece; `serials`: units whose run at this station was under way when it ended. */
export interface CyclePoint {
  readonly at: number;
  readonly ms: number;
  readonly definitionId: string | null;
  readonly orderId: string | null;
  readonly serials: readonly string[];
}

export interface RhythmView {
  /** Oldest first, the newest 2,000. */
  readonly points: readonly CyclePoint[];
  /** Cycles that the window has more. */
  readonly more: number;
}

export interface ShiftRow {
  readonly key: string;
  readonly title: Localized;
  readonly from: number;
  readonly to: number;
}

/** `shift`: by its key, null: the one under way (or the time between shifts). `day`: of the plant's calendar, `YYYY-MM-DD`. */
export const oeeWindowSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('shift'), key: z.string().max(120).nullable() }),
  z.strictObject({ kind: z.literal('day'), day: z.iso.date() }),
]);
export type OeeWindow = z.infer<typeof oeeWindowSchema>;

const asked = z.strictObject({ machineId: z.string().max(64), window: oeeWindowSchema });

export interface OeeState {
  /** Another number: something of it changed. */
  readonly revision: number;
}

export const oee = {
  watch: base.output(eventIterator(type<OeeState>())),
  /** null: no such machine at this station, or no such shift. */
  view: base.input(asked).output(type<OeeView | null>()),
  rhythm: base.input(asked).output(type<RhythmView | null>()),
  units: base.input(asked).output(type<UnitsView | null>()),
  /** Shifts of the last days, newest first; the one under way is the first. */
  shifts: base.output(type<readonly ShiftRow[]>()),
};
