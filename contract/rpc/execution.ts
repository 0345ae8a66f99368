import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { Acceptance, Entry, ReadingFact, Verdict } from '../events/shared.ts';
import type { LiveReading } from '../reading.ts';
import type { Met, Outcome, Reason, Refusal } from '../refusal.ts';
import { stepActionSchema, type StepDefinition, type StepType } from '../steps/index.ts';
import { base, commandId } from './base.ts';
import type { CalendarKind } from './oee.ts';

export type StepStatus = 'open' | 'current' | 'passed' | 'failed';
export interface StepRow {
  readonly id: string;
  readonly type: StepType;
  readonly title: Localized;
  readonly status: StepStatus;
  readonly attempt: number;
  /** For the small line under the title: what was recorded, newest attempt. */
  readonly summary: StepSummary | null;
  readonly durationMs: number | null;
}
/** Kept as data so that the renderer words it. */
export type StepSummary =
  | {
      readonly kind: 'component';
      readonly material: string;
      readonly lot: string | null;
      readonly serial: string | null;
      readonly entry: Entry;
    }
  | {
      readonly kind: 'values';
      readonly values: readonly number[];
      readonly unit: string;
      readonly decimals: number;
      readonly typed: boolean;
    }
  | {
      readonly kind: 'cycle';
      readonly recipe: string;
      readonly values: readonly {
        readonly title: Localized;
        readonly value: number;
        readonly unit: string;
        readonly decimals: number;
      }[];
    }
  | { readonly kind: 'checks'; readonly ok: number; readonly notOk: number; readonly total: number }
  | { readonly kind: 'choice'; readonly title: Localized }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'confirmed' };

export interface CharacteristicView {
  readonly id: string;
  readonly title: Localized;
  readonly unit: string;
  readonly decimals: number;
  readonly nominal: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** A gauge as the gate judges it now for what is to be measured. */
export interface JudgedGauge {
  /** null: the device is in no register. */
  readonly gaugeId: string | null;
  readonly title: Localized;
  /** Empty: its values count. */
  readonly reasons: readonly Reason[];
  readonly met: readonly Met[];
  readonly acceptance: Acceptance | null;
}

/** What the current step needs on the screen beyond its definition, by step type. */
export type StepState =
  | { readonly type: 'instruction' }
  | {
      readonly type: 'scan-component';
      readonly material: { readonly id: string; readonly title: Localized };
      readonly trace: 'none' | 'lot' | 'serial';
    }
  | {
      readonly type: 'measure';
      readonly characteristic: CharacteristicView;
      readonly values: readonly {
        readonly index: number;
        readonly reading: ReadingFact;
        readonly verdict: Verdict;
        /** Named with the value; null, or missing in a run that began before there was a register: not known. */
        readonly gaugeId?: string | null;
      }[];
      readonly gauge: {
        readonly deviceId: string;
        readonly title: Localized;
        readonly gaugeId: string | null;
        readonly pushes: boolean;
        readonly tagId: string;
        /** Why it gives no values now. Where typing is allowed this blocks nothing and is not in `blocked`. */
        readonly faults: readonly Reason[];
      } | null;
      /** What the control plan asks of the gauge; null: values count from any source. */
      readonly gate: {
        /** The gauge of the step: what stands against its values now, and what they are accepted by; null: it has none. */
        readonly own: JudgedGauge | null;
        /** Gauges without a device that a typed value may be read from. */
        readonly readOff: readonly JudgedGauge[];
      } | null;
    }
  | {
      readonly type: 'machine-cycle';
      readonly device: { readonly id: string; readonly title: Localized };
      readonly recipe: { readonly id: string; readonly revision: string; readonly title: Localized };
      readonly phase: 'ready' | 'preparing' | 'running' | 'collecting' | 'aborting' | 'finished' | 'aborted';
      readonly cycleId: string | null;
      readonly startedAt: number | null;
      readonly timeoutMs: number;
      readonly parameters: readonly {
        readonly id: string;
        readonly title: Localized;
        readonly value: number | string | boolean;
        readonly unit: string | null;
        readonly readBack: number | string | boolean | null;
      }[];
      readonly results: readonly {
        readonly characteristic: CharacteristicView;
        readonly reading: ReadingFact;
        readonly verdict: Verdict;
      }[];
      /** Tags of the live curve. */
      readonly trace: { readonly x: AxisView; readonly y: AxisView } | null;
    }
  | { readonly type: 'checklist'; readonly answers: Readonly<Record<string, boolean>> }
  | { readonly type: 'choice'; readonly chosen: string | null }
  | { readonly type: 'number'; readonly value: number | null; readonly verdict: Verdict | null }
  | { readonly type: 'text'; readonly text: string | null };
export interface AxisView {
  readonly tagId: string;
  readonly title: Localized;
  readonly unit: string | null;
  readonly decimals: number;
}

export interface RefusedPush {
  readonly at: number;
  readonly deviceTitle: Localized;
  /** null: it was no number. */
  readonly value: number | null;
  readonly unit: string | null;
  readonly decimals: number;
  readonly reasons: readonly Reason[];
}

/** What a pace is judged by (domain/execution/pace.ts). */
export interface WorkPace {
  readonly taktMs: number;
  /** The clock hour, UTC ms; `to` is outside. */
  readonly hour: { readonly from: number; readonly to: number };
  /** Planned time from the beginning of the unit in hand (a day ago at most) or of the hour, in order, to the end of the hour. */
  readonly calendar: readonly { readonly from: number; readonly to: number; readonly kind: CalendarKind }[];
}

export interface ExecutionView {
  /** Counts up at every change. */
  readonly revision: number;
  /** What the screen should be: scan/choose a unit, the refusal page, the step, or the released unit. */
  readonly mode: 'no-unit' | 'refused' | 'step' | 'failed' | 'passed';
  readonly unit: {
    readonly serial: string;
    readonly material: { readonly id: string; readonly title: Localized };
    /** Open ones that it is in. */
    readonly nonconformances: readonly { readonly nonconformanceId: string; readonly title: Localized }[];
    /** It is used as it is under these. */
    readonly concessions: readonly { readonly number: string; readonly title: Localized }[];
  } | null;
  readonly order: {
    readonly orderId: string;
    readonly quantity: number;
    readonly done: number;
    readonly target: number | null;
  } | null;
  readonly definition: { readonly id: string; readonly revision: string; readonly title: Localized } | null;
  /** Of an open run whose definition is no longer the one in force: it goes on under the one it began with. */
  readonly definitionChanged: 'withdrawn' | 'replaced' | null;
  readonly operation: {
    readonly id: string;
    readonly title: Localized;
    readonly taktMs: number | null;
    readonly startedAt: number | null;
  } | null;
  /** The operation is done again: how often it was ordered, and by which nonconformance last; null: the first time. */
  readonly rework: { readonly count: number; readonly nonconformanceId: string } | null;
  readonly executionId: string | null;
  readonly steps: readonly StepRow[];
  readonly step: {
    readonly definition: StepDefinition;
    readonly index: number;
    readonly attempt: number;
    readonly startedAt: number;
    readonly state: StepState;
    /** Interlocks of this step that are not met now; the action is refused with the same reasons. */
    readonly blocked: readonly Reason[];
    /** UTC ms at which `blocked` and a gauge's `faults` were judged: the ages in them are as of then. */
    readonly judgedAt: number;
    /** The last push of a gauge's button when it was not taken; null as soon as something is, or the step is another. */
    readonly refusedPush: RefusedPush | null;
    /** Address of the image for `<img src>`, null if the step has none. */
    readonly imageUrl: string | null;
  } | null;
  /** mode `failed`: why, and what the definition says. */
  readonly failure: {
    readonly reasons: readonly Reason[];
    readonly consequence: 'retry' | 'hold';
    readonly triesLeft: number;
  } | null;
  /** mode `refused`: the page. */
  readonly refusal: Refusal | null;
  /** mode `passed`: what just happened. */
  readonly finished: {
    readonly serial: string;
    readonly operationId: string;
    readonly unitDone: boolean;
    /** What holds the unit although its operation passed (a signal of a control chart), as reasons; empty: nothing. */
    readonly held: readonly Reason[];
    readonly nextOperation: {
      readonly id: string;
      readonly title: Localized;
      readonly stations: readonly string[];
    } | null;
    readonly at: number;
    readonly durationMs: number;
  } | null;
  /** `target`: what the planned time of this clock hour has room for at the operation's takt; null: no takt, or none of it is planned. */
  readonly thisHour: { readonly passed: number; readonly target: number | null };
  /** null: no takt is planned for the operation that is shown. */
  readonly pace: WorkPace | null;
  /** Tags beside the work, with what to call them. */
  readonly panel: readonly {
    readonly tagId: string;
    readonly title: Localized;
    readonly unit: string | null;
    readonly decimals: number;
    readonly deviceId: string;
    readonly deviceTitle: Localized;
  }[];
}

export interface TracePoints {
  readonly traceId: string;
  /** Place of the first point of `x`/`y` in the whole curve; 0 = begin anew. */
  readonly from: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly done: boolean;
}
/** Individuals of one characteristic, newest last, for the chart beside the measurement. */
export interface CharacteristicSeries {
  readonly characteristic: CharacteristicView;
  readonly points: readonly {
    readonly at: number;
    readonly value: number;
    readonly serial: string;
    readonly verdict: Verdict;
    readonly typed: boolean;
  }[];
  /** Individuals chart limits, x̄ ± 2.66 MR̄ (NIST/SEMATECH e-Handbook 6.3.2.2); null below 8 points. */
  readonly control: { readonly center: number; readonly lower: number; readonly upper: number } | null;
}

export const execution = {
  watch: base.output(eventIterator(type<ExecutionView>())),
  get: base.output(type<ExecutionView>()),
  /** Starts or takes up the unit's next operation here. The refusal also becomes the page (mode `refused`). */
  start: base.input(z.strictObject({ commandId, serial: z.string().min(1).max(128) })).output(type<Outcome>()),
  /** One act in the current step. `stepId` and `attempt` are what the person saw: otherwise `command.outdated`. */
  act: base
    .input(
      z.strictObject({
        commandId,
        executionId: z.string(),
        stepId: z.string(),
        attempt: z.number().int(),
        action: stepActionSchema,
      }),
    )
    .output(type<Outcome>()),
  /** After a failed step with tries left. */
  retry: base
    .input(z.strictObject({ commandId, executionId: z.string(), stepId: z.string(), attempt: z.number().int() }))
    .output(type<Outcome>()),
  /** Leaves the refusal page or the "released" page. */
  dismiss: base.output(type<null>()),
  /** Points of the running (or last) machine cycle of the open step; begins with the whole curve. */
  trace: base
    .input(z.strictObject({ executionId: z.string(), stepId: z.string() }))
    .output(eventIterator(type<TracePoints>())),
  series: base
    .input(
      z.strictObject({
        definitionId: z.string(),
        characteristicId: z.string(),
        limit: z.number().int().min(2).max(500).default(25),
      }),
    )
    .output(type<CharacteristicSeries | null>()),
};

export type { LiveReading };
