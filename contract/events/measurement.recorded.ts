/** One measured value of a characteristic. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { acceptanceSchema, stepRef, readingFactSchema, verdictSchema } from './shared.ts';

export const measurementRecorded = defineEvent(
  'measurement.recorded',
  2,
  z.strictObject({
    ...stepRef,
    characteristicId: z.string(),
    /** 1-based number of the value inside the step (a step may ask for several). */
    index: z.number().int().min(1),
    reading: readingFactSchema,
    /** Of the register; null: not known, or the value needs none. */
    gaugeId: z.string().nullable(),
    nominal: z.number().nullable(),
    lower: z.number().nullable(),
    upper: z.number().nullable(),
    /** What the verdict was made by where the plan asks for a gauge; null: by `lower` and `upper` themselves. */
    acceptance: acceptanceSchema.nullable(),
    verdict: verdictSchema,
  }),
  { 1: (body) => ({ ...(body as object), gaugeId: null, acceptance: null }) },
);
