/** Samples at the quality bench: which are due, the one that is being measured, and what came of it. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { DueReason } from '../config/control-plan.ts';
import type { Localized } from '../config/text.ts';
import { setUpKinds, type Acceptance, type Entry, type SetUpKind, type Verdict } from '../events/shared.ts';
import type { Outcome, Reason } from '../refusal.ts';
import { base, commandId } from './base.ts';
import type { ChartRow } from './control.ts';
import type { CharacteristicView, RefusedPush } from './execution.ts';

/** What samples of one stream have in common: an operation of a product at the station where it is done. */
export interface SampledView {
  readonly definition: { readonly id: string; readonly title: Localized };
  readonly operation: { readonly id: string; readonly title: Localized };
  readonly station: { readonly id: string; readonly title: Localized };
  readonly characteristics: readonly { readonly id: string; readonly title: Localized }[];
}

export interface DueView extends SampledView {
  /** What it is started and skipped by. */
  readonly dueId: string;
  readonly reason: DueReason;
  /** UTC ms since when it is due. */
  readonly sinceAt: number;
  /** Units to measure, oldest first; fewer than `size` as long as no more were made. */
  readonly units: readonly string[];
  readonly size: number;
  /** Units made since it became due: how late it is where nothing is told in time. */
  readonly madeSince: number;
}

/** The next one by counting. One of `units` and `ms` is null. */
export interface UpcomingView extends SampledView {
  readonly reason: 'units' | 'minutes';
  /** Units still to be made until it is due. */
  readonly units: number | null;
  /** Production time until then, as of `judgedAt`. */
  readonly ms: number | null;
  /** The station made something lately: the time goes on. */
  readonly running: boolean;
}

export interface SampleValueView {
  readonly valueId: string;
  readonly serial: string;
  readonly characteristicId: string;
  readonly index: number;
  readonly attempt: number;
  readonly value: number;
  readonly verdict: Verdict;
  readonly entry: Entry;
  readonly at: number;
  readonly gaugeId: string | null;
  /** Another value took its place. */
  readonly replaced: boolean;
  /** Why it was measured again, in words or as the station keeps it (`suspectText`); null: it was not. */
  readonly reason: string | null;
  /** Why it cannot be relied on, e.g. its gauge was found bad afterwards; null: nothing is known against it. */
  readonly suspect: Reason | null;
}

export interface SampleCharacteristic extends CharacteristicView {
  /** Of the balloon, from 1. */
  readonly number: number;
  readonly balloon: { readonly imageUrl: string; readonly x: number; readonly y: number } | null;
  /** Values of each unit. */
  readonly values: number;
  /** null: the limits themselves. */
  readonly acceptance: Acceptance | null;
  readonly gauge: SampleGauge | null;
}

/** The gauge of the bench whose values are taken. */
export interface SampleGauge {
  readonly deviceId: string;
  readonly title: Localized;
  readonly gaugeId: string | null;
  readonly tagId: string;
  /** Tag of what it shows now; null: it tells only what its button sends. */
  readonly liveTagId: string | null;
  /** Why its values are not taken now. */
  readonly faults: readonly Reason[];
}

export interface SampleTask {
  readonly serial: string;
  readonly characteristicId: string;
  readonly index: number;
  /** The value that the next one takes the place of; null: it is the next in turn. */
  readonly remeasure: {
    readonly valueId: string;
    /** Somebody's words; empty: only because it cannot be relied on. */
    readonly reason: string;
    readonly suspect: Reason | null;
    /** Somebody asked for it, and may think better of it; false: the sample waits for it. */
    readonly asked: boolean;
  } | null;
}

export interface SampleView extends SampledView {
  readonly sampleId: string;
  readonly reason: DueReason;
  readonly startedAt: number;
  readonly startedBy: string;
  readonly measured: readonly SampleCharacteristic[];
  /** `done`: values that are there and can be relied on. */
  readonly units: readonly { readonly serial: string; readonly done: number; readonly total: number }[];
  readonly values: readonly SampleValueView[];
  /** What the next value of a gauge is; null: finished. */
  readonly task: SampleTask | null;
  readonly finished: { readonly at: number; readonly how: 'complete' | 'stopped'; readonly reason: string } | null;
  /** Charts with a point of this sample. `signalId`: raised by it. */
  readonly charts: readonly (ChartRow & { readonly points: number; readonly signalId: string | null })[];
}

export interface BenchView {
  /** Counts up at every change. */
  readonly revision: number;
  /** Samples are measured at this station. */
  readonly bench: boolean;
  /** The most urgent first. */
  readonly due: readonly DueView[];
  readonly upcoming: readonly UpcomingView[];
  /** UTC ms since when the server cannot be reached: what was made since then is not in the list; null: it can, or there is none. */
  readonly heardAt: number | null;
  /** There is a server, and it can be reached. null: this station has none. */
  readonly linked: boolean | null;
  /** What samples are taken of here, in words. */
  readonly sampled: readonly Omit<SampledView, 'characteristics'>[];
  /** Some units that could be scanned now, the newest first. */
  readonly measurable: readonly string[];
  /** Units scanned for the next sample. */
  readonly scanned: readonly string[];
  /** Open, or just finished and not put away. */
  readonly sample: SampleView | null;
  /** The last value that was not taken; null as soon as one is. */
  readonly refusedPush: RefusedPush | null;
  readonly judgedAt: number;
}

/** For the one tap at the process station. */
export interface SetUpView {
  readonly operations: readonly { readonly id: string; readonly title: Localized }[];
  /** Newest first. */
  readonly newest: readonly {
    readonly setUpId: string;
    readonly kind: SetUpKind;
    readonly at: number;
    readonly by: string;
    readonly operationId: string | null;
    readonly note: string;
  }[];
}

const words = z.string().trim().min(1).max(500);
const id = z.string().min(1).max(64);
const serial = z.string().min(1).max(128);

export const bench = {
  watch: base.output(eventIterator(type<BenchView>())),
  get: base.output(type<BenchView>()),
  /** `dueId` null: of the scanned units, although none is due. `serials` null: the units that were offered or scanned. */
  start: base
    .input(
      z.strictObject({ commandId, dueId: z.string().nullable(), serials: z.array(serial).min(1).max(100).nullable() }),
    )
    .output(type<Outcome>()),
  skip: base
    .input(z.strictObject({ commandId, dueIds: z.array(z.string()).min(1).max(200), reason: words }))
    .output(type<Outcome>()),
  /** The pedal, or the button on the screen: the gauge is asked for its value now. */
  take: base.input(z.strictObject({ commandId, sampleId: id })).output(type<Outcome>()),
  /** The next value takes the place of this one; `valueId` null: no longer. */
  remeasure: base
    .input(z.strictObject({ sampleId: id, valueId: id.nullable(), reason: z.string().trim().max(500) }))
    .output(type<Outcome>()),
  /** Ends the sample before all values are there. */
  stop: base.input(z.strictObject({ commandId, sampleId: id, reason: words })).output(type<Outcome>()),
  /** Puts the finished sample away. */
  dismiss: base.output(type<null>()),
  forgetScanned: base.output(type<null>()),
  setUps: base.output(type<SetUpView>()),
  recordSetUp: base
    .input(
      z.strictObject({
        commandId,
        kind: z.enum(setUpKinds),
        operationId: id.nullable(),
        note: z.string().trim().max(500),
      }),
    )
    .output(type<Outcome>()),
};
