/**
 * control-plans/<id>.<revision>.yaml: what of a process is watched by charts, by which rules, and what is done on a signal
 * (docs/quality.md). One released revision per process definition; it holds for all revisions of the definition.
 */
import { z } from 'zod';
import { idSchema, localizedSchema } from './text.ts';

/** Of measured values. */
export const variableKinds = ['xbar-r', 'xbar-s', 'i-mr', 'ewma', 'cusum'] as const;
/** Of counts: nonconforming units (p, np), defects (c, u). */
export const attributeKinds = ['p', 'np', 'c', 'u'] as const;
export type AttributeKind = (typeof attributeKinds)[number];
export const chartKinds = [...variableKinds, ...attributeKinds] as const;
export type ChartKind = (typeof chartKinds)[number];

export const ruleSets = ['nelson', 'western-electric', 'aiag'] as const;
export type RuleSet = (typeof ruleSets)[number];

/** Done one by one after a signal, each with who and when. */
export const reactionPlanSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  steps: z.array(z.strictObject({ id: idSchema, title: localizedSchema })).min(1),
  /** One is chosen when the signal is closed; `other` is always there too and needs words. */
  causes: z.array(z.strictObject({ id: idSchema, title: localizedSchema })).min(1),
});
export type ReactionPlan = z.infer<typeof reactionPlanSchema>;

/** What a value must come from to count. Left out of a characteristic: values count from any source. */
export const gaugeNeedSchema = z.strictObject({
  type: idSchema,
  /** The gauge resolves at least this finely; unit of the characteristic. */
  resolution: z.number().positive(),
  /** A passing Gage R&R study is asked for; left out: not. */
  study: z
    .strictObject({
      /** %GRR at most, of the tolerance or of the study's total variation. */
      maxPercent: z.number().positive().max(100),
      of: z.enum(['tolerance', 'study']),
      /** Distinct categories (ndc) at least. */
      minDistinct: z.number().int().min(1).max(100),
    })
    .optional(),
  /** `shift`: the gauge must have seen its master part in this shift. */
  master: z.enum(['shift', 'none']).default('none'),
  /** ISO 14253-1: `guarded` insets the limits by the gauge's uncertainty, `simple` takes the limits themselves. */
  decision: z
    .discriminatedUnion('rule', [
      z.strictObject({ rule: z.literal('guarded'), probability: z.number().gt(0.5).lt(1).default(0.95) }),
      z.strictObject({ rule: z.literal('simple') }),
    ])
    .default({ rule: 'simple' }),
});
export type GaugeNeed = z.infer<typeof gaugeNeedSchema>;

export const subgroupSchema = z.discriminatedUnion('from', [
  /** All values of one unit. */
  z.strictObject({ from: z.literal('unit') }),
  /** Values one after the other, of as many units as it takes. */
  z.strictObject({ from: z.literal('units'), size: z.number().int().min(2).max(25) }),
]);

export const chartLimitsSchema = z.discriminatedUnion('from', [
  /** Frozen as a phase once `minimum` points are there; until then nothing is judged. */
  z.strictObject({ from: z.literal('data'), minimum: z.number().int().min(8).max(200).default(20) }),
  /** Prescribed mean and standard deviation of single values, in the unit of the characteristic. */
  z.strictObject({ from: z.literal('given'), mean: z.number(), sigma: z.number().positive() }),
]);

export const chartRulesSchema = z.strictObject({
  set: z.enum(ruleSets).default('nelson'),
  /** Numbers of the set's rules, e.g. 1 = one point beyond the limits. */
  use: z.array(z.number().int().min(1).max(8)).min(1).default([1]),
  /** Other run lengths than the set's own, by rule. */
  runs: z.record(z.string().regex(/^[1-8]$/, 'name a rule by its number'), z.number().int()).default({}),
});
export type ChartRules = z.infer<typeof chartRulesSchema>;

export const chartPlanSchema = z.strictObject({
  /** Unique in the plan. */
  id: idSchema,
  /** What the chart is called where a characteristic has several; left out: as its characteristic. */
  title: localizedSchema.optional(),
  kind: z.enum(variableKinds),
  subgroup: subgroupSchema.default({ from: 'unit' }),
  limits: chartLimitsSchema.default({ from: 'data', minimum: 20 }),
  rules: chartRulesSchema.default({ set: 'nelson', use: [1], runs: {} }),
  /** Only of an EWMA chart: weight of the newest point, and width of the limits in sigmas. */
  ewma: z
    .strictObject({ lambda: z.number().gt(0).max(1).default(0.2), width: z.number().positive().max(6).default(2.7) })
    .optional(),
  /** Only of a tabular CUSUM: allowance and decision interval, in sigmas. */
  cusum: z
    .strictObject({ k: z.number().positive().max(3).default(0.5), h: z.number().positive().max(20).default(5) })
    .optional(),
});
export type ChartPlan = z.infer<typeof chartPlanSchema>;

/** Units that make one point of a chart of counts. */
export const countedSubgroupSchema = z.discriminatedUnion('from', [
  /** As many units one after the other. */
  z.strictObject({ from: z.literal('units'), size: z.number().int().min(1).max(10_000) }),
  /** All units of an order one after the other; the point is made by the first unit of another. */
  z.strictObject({ from: z.literal('order') }),
  /** All units of so many hours; the point is made by the first unit after them. */
  z.strictObject({ from: z.literal('time'), hours: z.number().int().min(1).max(168) }),
]);

export const attributeLimitsSchema = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('data'), minimum: z.number().int().min(8).max(200).default(20) }),
  /** Prescribed share of nonconforming units (p, np), or defects per unit (c, u). */
  z.strictObject({ from: z.literal('given'), average: z.number().positive() }),
]);

export const attributeChartSchema = z.strictObject({
  /** Unique in the plan. */
  id: idSchema,
  /** What the chart is called where an attribute has several; left out: as its attribute. */
  title: localizedSchema.optional(),
  kind: z.enum(attributeKinds),
  subgroup: countedSubgroupSchema,
  limits: attributeLimitsSchema.default({ from: 'data', minimum: 20 }),
  rules: chartRulesSchema.default({ set: 'nelson', use: [1], runs: {} }),
});
export type AttributeChartPlan = z.infer<typeof attributeChartSchema>;

/** Where the counts of a unit come from. */
export const countsSchema = z.discriminatedUnion('from', [
  /** p, np: the unit is nonconforming when one of these steps failed at its first attempt. */
  z.strictObject({ from: z.literal('verdicts'), steps: z.array(idSchema).min(1) }),
  /** c, u: the defects are the sum of what these number steps were told, each at its newest attempt. */
  z.strictObject({ from: z.literal('numbers'), steps: z.array(idSchema).min(1) }),
  /**
   * c, u: the defects are the nonconformances that were recorded on the unit at this operation and station. Of these groups
   * and these defects of the catalogue; both left out: all.
   */
  z.strictObject({
    from: z.literal('nonconformances'),
    groups: z.array(idSchema).min(1).optional(),
    defects: z.array(idSchema).min(1).optional(),
  }),
]);
export type Counts = z.infer<typeof countsSchema>;

/** What is counted rather than measured. */
export const plannedAttributeSchema = z.strictObject({
  /** Unique in the plan, and no characteristic of the definition. */
  attribute: idSchema,
  title: localizedSchema,
  /** Where it comes into being: what a signal locks. */
  operation: idSchema,
  class: z.enum(['critical', 'significant', 'standard']),
  counts: countsSchema,
  charts: z.array(attributeChartSchema).min(1).max(4),
  reaction: idSchema,
});
export type PlannedAttribute = z.infer<typeof plannedAttributeSchema>;

export const samplingReasons = ['set-up', 'tool-change', 'shift-start', 'first-piece', 'last-piece'] as const;

/** Why a sample is due: counted units or minutes of production, or what happened; `asked`: somebody wanted it. */
export const dueReasons = [...samplingReasons, 'units', 'minutes', 'asked'] as const;
export type DueReason = (typeof dueReasons)[number];

export const samplingSchema = z.strictObject({
  every: z
    .union([
      z.strictObject({ units: z.number().int().min(1).max(100_000) }),
      z.strictObject({ minutes: z.number().int().min(1).max(10_080) }),
    ])
    .optional(),
  /** Units of one sample. */
  size: z.number().int().min(1).max(100).default(1),
  /** Values of one unit, one after the other. */
  values: z.number().int().min(1).max(25).default(1),
  on: z.array(z.enum(samplingReasons)).default([]),
  /** Stations where samples are measured. */
  at: z.array(idSchema).min(1),
});

export const plannedCharacteristicSchema = z.strictObject({
  /** Of the definition: nominal, limits, unit and decimals stand there. */
  characteristic: idSchema,
  /** Where it comes into being: what a signal locks. */
  operation: idSchema,
  class: z.enum(['critical', 'significant', 'standard']),
  gauge: gaugeNeedSchema.optional(),
  charts: z.array(chartPlanSchema).min(1).max(4),
  /**
   * Samples measured apart from a run: its charts have points of samples only. Left out: every unit is measured in its
   * run. One characteristic may stand twice, once with and once without.
   */
  sampling: samplingSchema.optional(),
  reaction: idSchema,
});
export type Sampling = z.infer<typeof samplingSchema>;
export type PlannedCharacteristic = z.infer<typeof plannedCharacteristicSchema>;

export const controlPlanSchema = z.strictObject({
  schema: z.literal('linewright/control-plan@1'),
  id: idSchema,
  revision: z.string().regex(/^[A-Za-z0-9._-]{1,16}$/, 'use letters, digits, dot, dash or underscore; at most 16'),
  status: z.enum(['draft', 'released', 'retired']),
  released: z.strictObject({ by: z.string().min(1), at: z.iso.datetime({ offset: true }) }).optional(),
  /** Process definition that it is about, in all its revisions. */
  definition: idSchema,
  title: localizedSchema,
  reactions: z.array(reactionPlanSchema).min(1),
  characteristics: z.array(plannedCharacteristicSchema).default([]),
  attributes: z.array(plannedAttributeSchema).default([]),
});
export type ControlPlan = z.infer<typeof controlPlanSchema>;
