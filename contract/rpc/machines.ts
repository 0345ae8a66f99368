/** Machines of this station: state now, slices, counted pieces, doubts (docs/machine-time.md). */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { BodyOf } from '../events/index.ts';
import type { SliceContext } from '../events/shared.ts';
import { machineStates, type MachineState } from '../machine-state.ts';
import type { Outcome } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';
import type { StopReasonView } from './stops.ts';

export interface SliceView {
  /** UTC ms. */
  readonly beganAt: number;
  /** null: it is under way. */
  readonly endAt: number | null;
  readonly state: MachineState;
  /** What the machine itself said; null: nothing. */
  readonly told: string | null;
  readonly alarm: string | null;
  readonly context: SliceContext;
  /** Why it is told otherwise than at the time; null: as it was told then. */
  readonly restated: 'late-values' | 'by-hand' | null;
}

/** Pieces of a window; null: no counter tells. */
export interface PiecesView {
  readonly produced: number | null;
  readonly good: number | null;
  readonly scrap: number | null;
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
  /** The card of its stop with the reasons that people gave; null: none was opened (yet). */
  readonly stop: { readonly stopId: string; readonly reasons: readonly StopReasonView[] } | null;
}

/** Of a machine that is blocked or starved: the machine of the line that it waits for in the end (domain/stops/root.ts). */
export interface WaitsFor {
  readonly state: 'blocked' | 'starved';
  /** UTC ms since when it waits. */
  readonly from: number;
  /** null: no machine that is known stands on that side. */
  readonly root: LineRoot | null;
}

/** The same, as the station of the machine knows it: of machines of its line at other stations only the plant server tells. */
export interface WaitsHere extends WaitsFor {
  /**
   * Why the root is not known here; null: what is told is so. `no-server`: there is none. `not-linked`: it is not heard, `at` since
   * when (UTC ms). `not-told`: it has not said it yet. `elsewhere`: the stop is over, and only the plant view tells of other stations.
   */
  readonly unknown: { readonly why: 'no-server' | 'not-linked' | 'not-told' | 'elsewhere'; readonly at: number } | null;
}

export interface MachineNow {
  readonly id: string;
  readonly title: Localized;
  /** People tell its state. */
  readonly byHand: boolean;
  /** null: never watched. */
  readonly slice: SliceView | null;
  /** UTC ms since when it is in that state, whatever was in work meanwhile; null with it. */
  readonly since: number | null;
  /** Of the clock hour of the plant, and of the shift; `shift` null: no shift now. */
  readonly hour: { readonly from: number; readonly pieces: PiecesView };
  readonly shift: {
    readonly id: string;
    readonly title: Localized;
    /** UTC ms. */
    readonly from: number;
    readonly to: number;
    readonly pieces: PiecesView;
  } | null;
  /** Ideal time of one piece of what runs now; null: none is told for it. */
  readonly rate: { readonly cycleMs: number; readonly revision: string } | null;
  /** Doubts that nobody has seen. */
  readonly doubts: number;
  /** Blocked or starved; else, or on no line: null. */
  readonly waitsFor: WaitsHere | null;
}

export interface MachinesState {
  readonly revision: number;
  /** Of this station, in the order of their ids; empty: it watches none. */
  readonly machines: readonly MachineNow[];
}

/** What is counted between two instants (pieces.counted). */
export type CountView = Pick<
  BodyOf<'pieces.counted'>,
  'from' | 'to' | 'kind' | 'produced' | 'good' | 'scrap' | 'cyclesMs' | 'context'
>;

export interface DoubtView extends BodyOf<'machine.doubted'> {
  /** UTC ms when it was found. */
  readonly at: number;
  readonly tagTitle: Localized | null;
  readonly seen: { readonly at: number; readonly by: string; readonly note: string } | null;
}

/** At most a month: longer ones are told by the plant view. */
const longest = 31 * 86_400_000;
export const windowInput = z
  .strictObject({ machineId: z.string(), from: z.number().int(), to: z.number().int() })
  .refine(({ from, to }) => to > from && to - from <= longest, 'to must be after from, by 31 days at most');

export const doubtsInput = pageInput.extend({ machineId: z.string() });

export const machines = {
  /** Yields when something about the machines changed. */
  watch: base.output(eventIterator(type<MachinesState>())),
  /** Whole slices that touch the window, oldest first. */
  slices: base.input(windowInput).output(type<readonly SliceView[]>()),
  /** Counts that touch the window, oldest first. */
  counts: base.input(windowInput).output(type<readonly CountView[]>()),
  /** Those that nobody has seen first, then the newest. */
  doubts: base.input(doubtsInput).output(type<Page<DoubtView>>()),
  seeDoubt: base
    .input(z.strictObject({ commandId, doubtId: z.string(), note: z.string().trim().max(500).default('') }))
    .output(type<Outcome>()),
  /**
   * A person tells the state of a machine that is told by hand: from now on (`from` null), or that it was so from `from` to `to`
   * (`to` null: until now, and on).
   */
  tell: base
    .input(
      z.strictObject({
        commandId,
        machineId: z.string(),
        state: z.enum(machineStates),
        from: z.number().int().nullable().default(null),
        to: z.number().int().nullable().default(null),
        note: z.string().trim().max(500).default(''),
        /** Although somebody told of that time before. */
        again: z.boolean().default(false),
      }),
    )
    .output(type<Outcome>()),
};
