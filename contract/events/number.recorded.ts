/** A number was entered by a person (not a measurement of a characteristic). */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef, verdictSchema } from './shared.ts';

export const numberRecorded = defineEvent(
  'number.recorded',
  1,
  z.strictObject({
    ...stepRef,
    value: z.number(),
    unit: z.string(),
    lower: z.number().nullable(),
    upper: z.number().nullable(),
    verdict: verdictSchema,
  }),
);
