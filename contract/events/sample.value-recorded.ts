/** One value of a sample. Measured again: a new value that `replaces` the older one, which stays. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { acceptanceSchema, readingFactSchema, verdictSchema } from './shared.ts';

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
    /** Of the register; null: not in it. */
    gaugeId: z.string().nullable(),
    reading: readingFactSchema,
    nominal: z.number().nullable(),
    lower: z.number().nullable(),
    upper: z.number().nullable(),
    /** What the verdict was made by where the plan asks for a gauge; null: by `lower` and `upper` themselves. */
    acceptance: acceptanceSchema.nullable(),
    verdict: verdictSchema,
    /** Id of the value that it takes the place of, and why it was measured again; null: the first. */
    replaces: z.strictObject({ valueId: z.string(), reason: z.string().min(1) }).nullable(),
  }),
);
