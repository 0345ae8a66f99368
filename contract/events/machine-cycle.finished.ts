/** The machine completed our cycle and its results were collected. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef, readingFactSchema, verdictSchema } from './shared.ts';

export const machineCycleFinished = defineEvent(
  'machine-cycle.finished',
  1,
  z.strictObject({
    ...stepRef,
    cycleId: z.string(),
    results: z.array(
      z.strictObject({
        characteristicId: z.string(),
        reading: readingFactSchema,
        nominal: z.number().nullable(),
        lower: z.number().nullable(),
        upper: z.number().nullable(),
        verdict: verdictSchema,
      }),
    ),
    /** Key of the force/travel curve in the history file; null when none was collected. */
    traceId: z.string().nullable(),
  }),
);
