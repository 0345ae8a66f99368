/** One value of a sample. Measured again: a new value that `replaces` the older one, which stays. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { readingFactSchema, verdictSchema } from './shared.ts';

export const sampleValueRecorded = defineEvent(
  'sample.value-recorded',
  1,
  z.strictObject({
    sampleId: z.string(),
    valueId: z.string(),
    serial: z.string(),
    characteristicId: z.string(),
    /** 1-based number of the value of this unit. */
    index: z.number().int().min(1),
    /** 1: the first; one more with every remeasure. */
    attempt: z.number().int().min(1),
    /** The inspection equipment number on its label; null: the gauge has none. */
    gaugeId: z.string().nullable(),
    reading: readingFactSchema,
    nominal: z.number().nullable(),
    lower: z.number().nullable(),
    upper: z.number().nullable(),
    /** What the value was judged by: the limits, inset by the gauge's uncertainty where the plan asks for a guard band. */
    acceptance: z.strictObject({ lower: z.number().nullable(), upper: z.number().nullable() }),
    verdict: verdictSchema,
    /** Id of the value that it takes the place of, and why it was measured again; null: the first. */
    replaces: z.strictObject({ valueId: z.string(), reason: z.string().min(1) }).nullable(),
  }),
);
