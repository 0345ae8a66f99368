/** Control charts of this station, their signals, and what is done about them. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { ChartKind, ChartRules, PlannedCharacteristic } from '../config/control-plan.ts';
import type { Localized } from '../config/text.ts';
import type { ChartedValue, Counted, FiredRule, Plotted } from '../events/shared.ts';
import type { Outcome, Reason } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';
import type { UnitStatus } from './units.ts';

export const chartKeySchema = z.strictObject({
  planId: z.string(),
  characteristicId: z.string(),
  chartId: z.string(),
  stationId: z.string(),
});

/** `collecting`: limits from data, and not enough points yet (`have` of `need`). `signal`: one is open. */
export type ChartCondition =
  | { readonly kind: 'in-control' }
  | { readonly kind: 'signal'; readonly signalId: string }
  | { readonly kind: 'collecting'; readonly have: number; readonly need: number };

export interface ChartRow {
  /** What the chart is asked for by. */
  readonly chart: z.infer<typeof chartKeySchema>;
  /** Of the plan in force. */
  readonly revision: string;
  readonly kind: ChartKind;
  readonly title: Localized;
  readonly definition: { readonly id: string; readonly title: Localized };
  readonly operation: { readonly id: string; readonly title: Localized };
  readonly class: PlannedCharacteristic['class'];
  readonly condition: ChartCondition;
  readonly points: number;
  /** UTC ms of the newest point; null: none. */
  readonly newestAt: number | null;
}

/** Somebody's words at a point. */
export interface PointNote {
  readonly kind: 'note' | 'excluded';
  readonly text: string;
  readonly at: number;
  readonly by: string;
}

export interface PointView {
  readonly pointId: string;
  readonly at: number;
  readonly values: readonly ChartedValue[];
  /** Of a chart of counts. */
  readonly counted: Counted | null;
  readonly plots: readonly Plotted[];
  /** null: before the first phase. */
  readonly phaseId: string | null;
  readonly excluded: boolean;
  /** Measured again: another point took its place. */
  readonly replaced: boolean;
  /** Why its values cannot be relied on: a gauge was found bad afterwards; null: nothing is known against them. */
  readonly suspect: Reason | null;
  readonly notes: readonly PointNote[];
}

export interface PhaseView {
  readonly phaseId: string;
  readonly at: number;
  readonly by: string;
  readonly cause: 'minimum' | 'given' | 'person';
  readonly reason: string;
  /** Of single values, unit of the characteristic. */
  readonly mean: number;
  readonly sigma: number;
  readonly size: number;
  /** How many points it rests on. */
  readonly from: number;
}

/** A signal as it is marked in the chart. */
export interface ChartSignal {
  readonly signalId: string;
  readonly pointId: string;
  readonly at: number;
  readonly rules: readonly FiredRule[];
  readonly closedAt: number | null;
}

export interface ChartView extends ChartRow {
  readonly unit: string;
  readonly decimals: number;
  /** Tolerance of the characteristic, of its newest revision. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly nominal: number | null;
  /** As the plan chose them; how often they cry wolf is computed by whoever shows it (domain/spc). */
  readonly rules: ChartRules;
  /** What an EWMA or CUSUM is made with; null: the chart is none. */
  readonly averaging:
    | { readonly kind: 'ewma'; readonly lambda: number; readonly width: number }
    | { readonly kind: 'cusum'; readonly k: number; readonly h: number }
    | null;
  /** Oldest first, the newest `limit` before `before`; also excluded and replaced ones. */
  readonly shown: readonly PointView[];
  /** There are older ones. */
  readonly more: boolean;
  /** Phases of the shown points, oldest first. */
  readonly phases: readonly PhaseView[];
  /** Signals on the shown points. */
  readonly signals: readonly ChartSignal[];
}

export interface SignalRow {
  readonly signalId: string;
  readonly title: Localized;
  readonly stationId: string;
  readonly operationId: string;
  readonly raisedAt: number;
  readonly rules: readonly FiredRule[];
  readonly suspects: number;
  readonly open: boolean;
}

export interface SignalView extends SignalRow {
  readonly chart: z.infer<typeof chartKeySchema>;
  /** The chart is one of this station, and can be shown. */
  readonly here: boolean;
  readonly operationTitle: Localized | null;
  readonly unit: string;
  readonly decimals: number;
  /** Members of the rules with their values, oldest first; empty where the chart is another station's. */
  readonly members: readonly PointView[];
  readonly lastInControl: { readonly at: number; readonly serials: readonly string[] } | null;
  readonly units: readonly {
    readonly serial: string;
    /** null: this station knows nothing of it. */
    readonly status: UnitStatus | null;
    readonly stationId: string | null;
    /** By this signal. `coming`: in its run, on hold at its end. */
    readonly hold: 'held' | 'lifted' | 'coming' | 'none';
  }[];
  readonly reaction: {
    readonly title: Localized;
    readonly steps: readonly {
      readonly id: string;
      readonly title: Localized;
      readonly done: { readonly at: number; readonly by: string } | null;
    }[];
    readonly causes: readonly { readonly id: string; readonly title: Localized }[];
  };
  readonly closed: {
    readonly at: number;
    readonly by: string;
    readonly cause: Localized | null;
    readonly note: string;
  } | null;
}

/** One line of the printed list. */
export interface SuspectCode {
  readonly serial: string;
  /** SVG of the serial as DataMatrix: a scan finds the unit at any station. */
  readonly dataMatrix: string;
}

/** A fact as it lies in the log of the station that told it. */
export interface StoredRecord {
  readonly stationId: string;
  readonly epoch: string;
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly by: string;
  /** Content hash of the configuration in force then. */
  readonly config: string;
  /** Hex. */
  readonly hash: string;
  /** It is the hash of the one before and this text, computed just now; null: the one before is not here. */
  readonly intact: boolean | null;
  /** Verbatim, what was hashed: JSON. */
  readonly text: string;
}

export interface ControlState {
  readonly revision: number;
  /** Signals that are open about this station, oldest first. */
  readonly open: readonly { readonly signalId: string; readonly title: Localized }[];
}

const words = z.string().trim().min(1).max(500);
const signalId = z.string().min(1).max(64);

export const control = {
  watch: base.output(eventIterator(type<ControlState>())),
  /** Every chart of the plans in force about operations of this station, and those that have points here. */
  charts: base.output(type<readonly ChartRow[]>()),
  chart: base
    .input(
      z.strictObject({
        chart: chartKeySchema,
        limit: z.number().int().min(1).max(2_000).default(200),
        /** Only points before this one; null: the newest. */
        before: z.string().nullable().default(null),
      }),
    )
    .output(type<ChartView | null>()),
  /** Open ones first, then the newest. */
  signals: base.input(pageInput).output(type<Page<SignalRow>>()),
  signal: base.input(z.strictObject({ signalId })).output(type<SignalView | null>()),
  /** For the printed list of suspects. */
  suspectCodes: base.input(z.strictObject({ signalId })).output(type<readonly SuspectCode[]>()),
  /** Facts that a point rests on, in the order of the log, and the point itself; empty: there is no such point. */
  records: base.input(z.strictObject({ pointId: z.string() })).output(type<readonly StoredRecord[]>()),
  doStep: base.input(z.strictObject({ commandId, signalId, stepId: z.string() })).output(type<Outcome>()),
  closeSignal: base
    .input(z.strictObject({ commandId, signalId, causeId: z.string(), note: z.string().max(1_000) }))
    .output(type<Outcome>()),
  /** `serials` null: all that the signal holds. */
  liftHolds: base
    .input(z.strictObject({ commandId, signalId, serials: z.array(z.string()).nullable(), reason: words }))
    .output(type<Outcome>()),
  /** Limits anew from the points since `since`; null: from as many of the newest as the plan asks for. */
  beginPhase: base
    .input(z.strictObject({ commandId, chart: chartKeySchema, since: z.string().nullable(), reason: words }))
    .output(type<Outcome>()),
  excludePoint: base.input(z.strictObject({ commandId, pointId: z.string(), reason: words })).output(type<Outcome>()),
  notePoint: base.input(z.strictObject({ commandId, pointId: z.string(), text: words })).output(type<Outcome>()),
};
