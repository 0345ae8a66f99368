/** One measured value of a characteristic. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef, readingFactSchema, verdictSchema } from './shared.ts';

export const measurementRecorded = defineEvent(
  'measurement.recorded',
  1,
  z.strictObject({
    ...stepRef,
    characteristicId: z.string(),
    /** 1-based number of the value inside the step (a step may ask for several). */
    index: z.number().int().min(1),
    reading: readingFactSchema,
    nominal: z.number().nullable(),
    lower: z.number().nullable(),
    upper: z.number().nullable(),
    verdict: verdictSchema,
  }),
);
