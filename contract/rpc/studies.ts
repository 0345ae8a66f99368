/** Measurement system studies at this station: Gage R&R of a gauge, agreement of people who judge. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import {
  studyMethods,
  type StudyCriteria,
  type StudyMethod,
  type StudyResult,
  type StudySubject,
} from '../events/shared.ts';
import type { Outcome, Reason, Refusal } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';

export type StudyKind = 'grr' | 'agreement';
/** `measured`: everything is there, and it waits to be judged. */
export type StudyStatus = 'measuring' | 'measured' | 'passed' | 'failed' | 'abandoned';

export interface StudyPerson {
  readonly personId: string;
  readonly name: string;
}

export interface StudyRow {
  readonly studyId: string;
  readonly kind: StudyKind;
  readonly status: StudyStatus;
  /** Of the characteristic, or of the point of the checklist. */
  readonly title: Localized;
  readonly definitionId: string;
  /** null: judged without a gauge. */
  readonly gauge: { readonly id: string; readonly title: Localized | null } | null;
  readonly parts: number;
  readonly appraisers: readonly StudyPerson[];
  readonly trials: number;
  readonly done: number;
  readonly total: number;
  readonly begunAt: number;
  readonly begunBy: string;
  readonly endedAt: number | null;
  /** Of a finished Gage R&R study: %GRR as its criterion asks, and ndc. */
  readonly percent: number | null;
  readonly distinct: number | null;
  readonly criteria: StudyCriteria;
  /** Of a study that was judged: why values in it cannot be relied on; it no longer counts. null: nothing is known against it. */
  readonly doubted: Reason | null;
}

export interface StudiesState {
  readonly revision: number;
  /** The person at the station may set up studies, abandon them and see results while they run. */
  readonly mayManage: boolean;
}

/** What a study can be about here. */
export interface StudyChoices {
  readonly gauges: readonly {
    readonly id: string;
    readonly title: Localized;
    readonly unit: string;
    /** At this station; null: its values are read off and typed. */
    readonly device: { readonly id: string; readonly title: Localized } | null;
  }[];
  readonly characteristics: readonly {
    readonly definitionId: string;
    readonly revision: string;
    readonly characteristicId: string;
    readonly title: Localized;
    readonly unit: string;
    readonly decimals: number;
    readonly lower: number | null;
    readonly upper: number | null;
    /** What the control plan asks for, else what AIAG advises. */
    readonly criteria: StudyCriteria;
  }[];
  readonly checks: readonly {
    readonly definitionId: string;
    readonly revision: string;
    readonly operationId: string;
    readonly stepId: string;
    readonly itemId: string;
    readonly title: Localized;
  }[];
  readonly people: readonly StudyPerson[];
}

/** The measuring page. Values are in it of nobody: an appraiser sees none while the study runs. */
export interface MeasuringView {
  readonly study: StudyRow;
  readonly unit: string | null;
  readonly decimals: number;
  /** Whose turn it is by the plan; any of its appraisers may go on with their own. null: everything is measured. */
  readonly turn: StudyPerson | null;
  /** Who is signed in and measures now; null: nobody, or not one of them (`refused` says why). */
  readonly appraiser: StudyPerson | null;
  readonly refused: readonly Reason[];
  /** What the one who is signed in takes up next; null: nothing. */
  readonly next: {
    readonly part: string;
    readonly trial: number;
    readonly done: number;
    readonly of: number;
    /** Why what was measured there cannot be relied on; null: nothing was measured there yet. */
    readonly suspect: Reason | null;
  } | null;
  /** What has to be measured again because the gauge was found bad; null: nothing. Labels and trials, no values. */
  readonly suspect: {
    readonly why: Reason;
    readonly count: number;
    readonly of: readonly {
      readonly person: StudyPerson;
      readonly trials: readonly { readonly trial: number; readonly parts: readonly string[] }[];
    }[];
  } | null;
  /** Per appraiser, in the order of the study. */
  readonly progress: readonly { readonly person: StudyPerson; readonly done: number; readonly of: number }[];
  /** How values come: by the gauge's button, taken from a gauge that shows on and on, typed, or judged by two buttons. */
  readonly entry: 'push' | 'take' | 'typed' | 'judge';
  /** UTC ms by the station's clock when this was so: ages in reasons go on from there. */
  readonly at: number;
  /** Why the gauge gives no value now. */
  readonly gaugeFaults: readonly Reason[];
  /** Part whose value the next one replaces, with the reason given. */
  readonly again: { readonly part: string; readonly reason: string } | null;
  /** The part that was taken last by the one who is signed in, and may be measured again. */
  readonly last: string | null;
  /** What became of the newest push that was refused; null: the newest was taken. */
  readonly refusedPush: { readonly at: number; readonly refusal: Refusal } | null;
}

export interface StudyValueView {
  readonly part: string;
  readonly appraiser: string;
  readonly trial: number;
  /** Of a Gage R&R study. */
  readonly value: number | null;
  /** Of an agreement study. */
  readonly verdict: 'good' | 'bad' | null;
  readonly at: number;
  readonly typed: boolean;
  /** Another one took its place, for this reason: in words or as the station keeps it (`suspectText`). */
  readonly replaced: string | null;
  /** Why it cannot be relied on: the gauge was found bad; null: nothing is known against it. */
  readonly suspect: Reason | null;
}

export interface StudyView {
  readonly study: StudyRow;
  readonly subject: StudySubject;
  readonly method: StudyMethod;
  readonly parts: readonly { readonly label: string; readonly reference: 'good' | 'bad' | null }[];
  readonly stationId: string;
  readonly seed: number;
  readonly unit: string | null;
  readonly decimals: number;
  /** null: the one who is signed in may not see them now (`hidden` says why). */
  readonly values: readonly StudyValueView[] | null;
  readonly hidden: Reason | null;
  /** Of the finished study; while it runs, of the full trials there are. null: nothing can be told yet. */
  readonly result: StudyResult | null;
  readonly abandoned: { readonly reason: string; readonly by: string } | null;
  /** Who pressed the button that judged it. */
  readonly finishedBy: string | null;
}

const studyId = z.string().min(1).max(64);
const words = z.string().trim().min(1).max(500);
export const studySubjectChoice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('characteristic'),
    definitionId: z.string(),
    revision: z.string(),
    characteristicId: z.string(),
  }),
  z.strictObject({
    kind: z.literal('check'),
    definitionId: z.string(),
    revision: z.string(),
    operationId: z.string(),
    stepId: z.string(),
    itemId: z.string(),
  }),
]);
export type StudySubjectChoice = z.infer<typeof studySubjectChoice>;

export const studyPlanSchema = z.strictObject({
  kind: z.enum(['grr', 'agreement']),
  gaugeId: z.string().nullable(),
  subject: studySubjectChoice,
  parts: z
    .array(z.strictObject({ label: z.string().trim().max(32), reference: z.enum(['good', 'bad']).nullable() }))
    .max(100),
  appraisers: z.array(z.string()).max(10),
  trials: z.number().int(),
  method: z.enum(studyMethods).default('anova'),
});
export type StudyPlan = z.infer<typeof studyPlanSchema>;

export const studies = {
  watch: base.output(eventIterator(type<StudiesState>())),
  /** Those that run first, then the newest. */
  list: base.input(pageInput).output(type<Page<StudyRow>>()),
  choices: base.output(type<StudyChoices>()),
  /** The accepted value is the study's id. */
  begin: base.input(z.strictObject({ commandId, plan: studyPlanSchema })).output(type<Outcome<string>>()),
  /** While somebody listens, what the study's gauge gives belongs to the study. null: no such study here, or it is over. */
  measure: base.input(z.strictObject({ studyId })).output(eventIterator(type<MeasuringView | null>())),
  /** A value that was read off, of a gauge without a device. */
  type: base.input(z.strictObject({ commandId, studyId, value: z.number() })).output(type<Outcome>()),
  /** The present value of a gauge that shows on and on. */
  take: base.input(z.strictObject({ commandId, studyId })).output(type<Outcome>()),
  judge: base.input(z.strictObject({ commandId, studyId, verdict: z.enum(['good', 'bad']) })).output(type<Outcome>()),
  /** The next value replaces the one before; null: it does not after all. */
  again: base.input(z.strictObject({ studyId, reason: words.nullable() })).output(type<Outcome>()),
  finish: base.input(z.strictObject({ commandId, studyId })).output(type<Outcome>()),
  abandon: base.input(z.strictObject({ commandId, studyId, reason: words })).output(type<Outcome>()),
  study: base.input(z.strictObject({ studyId })).output(type<StudyView | null>()),
};
