/** Pieces that several event bodies share. */
import { z } from 'zod';
import { dueReasons } from '../config/control-plan.ts';
import { localizedSchema } from '../config/text.ts';
import { bigLosses, reasonCategories } from '../machine-state.ts';
import { qualitySchema } from '../reading.ts';
import { reasonCodes, type ReasonCode } from '../refusal.ts';

export const reasonSchema = z.strictObject({
  code: z.enum(Object.keys(reasonCodes) as [ReasonCode, ...ReasonCode[]]),
  params: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({ en: z.string(), de: z.string() })]),
  ),
});

/** How a value or code came in. `typed` is what a person keyed in by hand and is marked as such for ever. */
export const entrySchema = z.enum(['device', 'scanned', 'typed']);
export type Entry = z.infer<typeof entrySchema>;

/** The reading a fact rests on, with its provenance (ALCOA: original, contemporaneous). */
export const readingFactSchema = z.strictObject({
  value: z.number(),
  unit: z.string(),
  entry: entrySchema,
  deviceId: z.string().nullable(),
  tagId: z.string().nullable(),
  quality: qualitySchema,
  status: z.string(),
  sourceAt: z.number().nullable(),
  receivedAt: z.number(),
});
export type ReadingFact = z.infer<typeof readingFactSchema>;

/** Position inside a running execution. */
export const stepRef = {
  executionId: z.string(),
  stepId: z.string(),
  attempt: z.number().int().min(1),
};

export const definitionRefSchema = z.strictObject({ id: z.string(), revision: z.string(), hash: z.string() });
export type DefinitionRef = z.infer<typeof definitionRefSchema>;

/** Which stream of points: the chart of a plan, and the process station where the operation was done. */
export const chartRefSchema = z.strictObject({
  planId: z.string(),
  /** Of the plan that it was judged by. */
  revision: z.string(),
  hash: z.string(),
  characteristicId: z.string(),
  chartId: z.string(),
  stationId: z.string(),
});
export type ChartRef = z.infer<typeof chartRefSchema>;

export const plotIds = [
  'mean',
  'range',
  'deviation',
  'value',
  'moving-range',
  'ewma',
  'cusum-upper',
  'cusum-lower',
  'proportion',
  'nonconforming',
  'defects',
  'defects-per-unit',
] as const;
export type PlotId = (typeof plotIds)[number];

/** Unit of the plotted statistic; `sigma` is the height of one zone. `lower` null: there is only an upper one. */
export const plotLimitsSchema = z.strictObject({
  center: z.number(),
  lower: z.number().nullable(),
  upper: z.number(),
  sigma: z.number(),
});
export type PlotLimits = z.infer<typeof plotLimitsSchema>;

/** One statistic of a point; `value` null: it is not defined for this point (no range before the second value). */
export const plottedSchema = z.strictObject({
  plot: z.enum(plotIds),
  value: z.number().nullable(),
  /** What it was judged by; null: nothing yet. */
  limits: plotLimitsSchema.nullable(),
});
export type Plotted = z.infer<typeof plottedSchema>;

/** A value of a point with where it was measured; `executionId` null: apart from a run. */
export const chartedValueSchema = z.strictObject({
  value: z.number(),
  serial: z.string(),
  executionId: z.string().nullable(),
  stepId: z.string().nullable(),
  attempt: z.number().int().min(1),
  index: z.number().int().min(1),
  /** Measured at a bench in this sample; left out: in the run. */
  sampleId: z.string().optional(),
});
export type ChartedValue = z.infer<typeof chartedValueSchema>;

/** What a point of a chart of counts rests on: nonconforming units or defects, `count` of them on `size` units. */
export const countedSchema = z.strictObject({
  count: z.number().int().min(0),
  size: z.number().int().min(1),
  /** UTC ms of the first and of the newest unit. */
  begunAt: z.number(),
  endedAt: z.number(),
});
export type Counted = z.infer<typeof countedSchema>;

/** A rule that a point completed, with everything that its words need; null where the rule has no such number. */
export const firedRuleSchema = z.strictObject({
  set: z.string(),
  id: z.string(),
  kind: z.enum(['beyond', 'same-side', 'trend', 'alternating', 'most-beyond', 'within', 'outside']),
  count: z.number().int().nullable(),
  points: z.number().int().nullable(),
  sigmas: z.number().nullable(),
  plot: z.enum(plotIds),
  /** Points that form the pattern, the newest last. */
  members: z.array(z.string()).min(1),
});
export type FiredRule = z.infer<typeof firedRuleSchema>;

/** A place on a part picture (defects.yaml); percent of its width and height. `placeId` null: near no named place. */
export const markSchema = z.strictObject({
  picture: z.string(),
  x: z.number().min(0).max(100),
  y: z.number().min(0).max(100),
  placeId: z.string().nullable(),
});
export type Mark = z.infer<typeof markSchema>;

/** Its bytes go up the side road, known by their hash (contract/sync/blobs.ts). */
export const photoSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  size: z.number().int().min(1),
});
export type Photo = z.infer<typeof photoSchema>;

/** Leave to use what does not conform, by its number. `expiresAt` null: no end; `quantity` null: as many as there are. */
export const concessionSchema = z.strictObject({
  number: z.string(),
  expiresAt: z.number().nullable(),
  quantity: z.number().int().min(1).nullable(),
});
export type Concession = z.infer<typeof concessionSchema>;

/** What a sample is about: the plan that it was judged by, and the stream of units at the process station. */
export const sampledSchema = {
  plan: z.strictObject({ id: z.string(), revision: z.string(), hash: z.string() }),
  definitionId: z.string(),
  operationId: z.string(),
  /** Where the operation was done. */
  stationId: z.string(),
};

/** Why it was due. `key`: which unit, order, shift or set-up of that kind; null: asked for. */
export const dueFactSchema = z.strictObject({
  reason: z.enum(dueReasons),
  key: z.string().nullable(),
  /** UTC ms since when. */
  sinceAt: z.number(),
});
export type DueFact = z.infer<typeof dueFactSchema>;

export const setUpKinds = ['set-up', 'tool-change'] as const;
export type SetUpKind = (typeof setUpKinds)[number];
/** The process was changed at the station before this was made. */
export const setUpFactSchema = z.strictObject({ setUpId: z.string(), kind: z.enum(setUpKinds), at: z.number() });
export type SetUpFact = z.infer<typeof setUpFactSchema>;
/** Declared since the operation last passed there; left out: none. */
export const knownSetUpsSchema = z.array(setUpFactSchema).min(1).optional();

export const verdictSchema = z.enum(['ok', 'below', 'above']);
export type Verdict = z.infer<typeof verdictSchema>;

/** What a value is accepted by: the limits, inset by the guard band of the gauge where the rule is `guarded` (ISO 14253-1). */
export const acceptanceSchema = z.strictObject({
  rule: z.enum(['guarded', 'simple']),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** Width of the guard band at each limit, unit of the limits; 0 with `simple`. */
  guard: z.number().min(0),
});
export type Acceptance = z.infer<typeof acceptanceSchema>;
/** What a measurement system study is about, as it stood when the study was begun. */
export const studySubjectSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('characteristic'),
    definitionId: z.string(),
    revision: z.string(),
    characteristicId: z.string(),
    unit: z.string(),
    decimals: z.number().int(),
    lower: z.number().nullable(),
    upper: z.number().nullable(),
  }),
  /** A point of a checklist that people judge good or bad. */
  z.strictObject({
    kind: z.literal('check'),
    definitionId: z.string(),
    revision: z.string(),
    operationId: z.string(),
    stepId: z.string(),
    itemId: z.string(),
  }),
]);
export type StudySubject = z.infer<typeof studySubjectSchema>;

export const studyMethods = ['anova', 'range'] as const;
export type StudyMethod = (typeof studyMethods)[number];

/** What a study must reach. `plan`: the control plan that asks for it; null: what AIAG MSA (4th ed.) advises, or a person chose. */
export const studyCriteriaSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('grr'),
    /** %GRR at most. */
    maxPercent: z.number().positive(),
    of: z.enum(['tolerance', 'study']),
    /** Distinct categories (ndc) at least. */
    minDistinct: z.number().int().min(1),
    plan: z.strictObject({ id: z.string(), revision: z.string() }).nullable(),
  }),
  z.strictObject({
    kind: z.literal('agreement'),
    /** Every kappa that is judged is at least this. */
    minKappa: z.number().gt(-1).max(1),
    plan: z.null(),
  }),
]);
export type StudyCriteria = z.infer<typeof studyCriteriaSchema>;

/** By source of variation. */
export const studySourcesSchema = z.strictObject({
  repeatability: z.number(),
  /** Appraiser and interaction. */
  reproducibility: z.number(),
  operator: z.number(),
  /** Always 0 by the average and range method, which does not see it. */
  interaction: z.number(),
  /** Repeatability and reproducibility. */
  grr: z.number(),
  part: z.number(),
  total: z.number(),
});
export type StudySources = z.infer<typeof studySourcesSchema>;

/** One method's numbers of a Gage R&R study. */
export const studyFiguresSchema = z.strictObject({
  /** Standard deviations, unit of the characteristic. */
  deviation: studySourcesSchema,
  /** 100 deviation / total deviation; null: nothing varied. */
  ofStudy: studySourcesSchema.nullable(),
  /** 100 x 6 deviation / tolerance; null: one of the limits is missing. */
  ofTolerance: studySourcesSchema.nullable(),
  /** 1.41 part / GRR rounded down, at least 1; null: GRR is 0. */
  distinct: z.number().int().nullable(),
  /** The interaction was no more than the error and is in the repeatability; null: by average and range. */
  pooled: z.boolean().nullable(),
});
export type StudyFigures = z.infer<typeof studyFiguresSchema>;

/** A kappa; null: not defined, everything was judged alike. */
const kappaSchema = z.number().nullable();
/** Parts that matched, of how many. */
const matchedSchema = z.strictObject({ matched: z.number().int(), of: z.number().int(), kappa: kappaSchema });
export type StudyMatch = z.infer<typeof matchedSchema>;

/** What is worth a look although it changes no verdict. */
export const studyRemarks = [
  /** The parts vary less than the tolerance asks: figures of the study's variation look worse than the gauge is. */
  'parts-narrow',
  /** Ranges take too few values: the gauge is too coarse for this (AIAG MSA 4th ed.). */
  'resolution-coarse',
  /** Ranges beyond their limit: those values are worth measuring again. */
  'range-out',
  /** What people make of the parts differs by part. */
  'interaction',
  /** Nothing varied. */
  'constant',
  /** Only good ones or only bad ones among the parts. */
  'one-sided',
  /** Smaller than AIAG MSA advises. */
  'small',
] as const;
export type StudyRemark = (typeof studyRemarks)[number];

export const studyResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('grr'),
    /** Whose figures the verdict rests on; the other stands beside. */
    method: z.enum(studyMethods),
    anova: studyFiguresSchema,
    range: studyFiguresSchema,
    remarks: z.array(z.enum(studyRemarks)),
  }),
  z.strictObject({
    kind: z.literal('agreement'),
    /** In the order of the study's appraisers: each with themselves, and with what is right (null: not known). */
    within: z.array(matchedSchema),
    versusReference: z.array(matchedSchema).nullable(),
    /** All with each other, and all of them with what is right. */
    between: matchedSchema,
    allVersusReference: z.strictObject({ matched: z.number().int(), of: z.number().int() }).nullable(),
    remarks: z.array(z.enum(studyRemarks)),
  }),
]);
export type StudyResult = z.infer<typeof studyResultSchema>;

/** Where in a study a value belongs: part by its label, appraiser by person, trial from 1. */
export const studyPlace = {
  studyId: z.string(),
  part: z.string(),
  appraiser: z.string(),
  trial: z.number().int().min(1),
};

/** What runs on a machine; null: nothing, or nobody said. */
export const sliceContextSchema = z.strictObject({
  orderId: z.string().nullable(),
  definitionId: z.string().nullable(),
  operationId: z.string().nullable(),
});
export type SliceContext = z.infer<typeof sliceContextSchema>;

/** Leaf of the tree of stop reasons; what it stood for is kept with it, whatever the tree says later. */
export const stopReasonFactSchema = z.strictObject({
  id: z.string(),
  title: localizedSchema,
  category: z.enum(reasonCategories),
  loss: z.enum(bigLosses).nullable(),
});
export type StopReasonFact = z.infer<typeof stopReasonFactSchema>;
