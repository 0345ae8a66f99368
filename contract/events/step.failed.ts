/** The step ended with a result that is not good. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef, reasonSchema } from './shared.ts';

export const stepFailed = defineEvent(
  'step.failed',
  1,
  z.strictObject({
    ...stepRef,
    reasons: z.array(reasonSchema),
    /** What the definition says comes next. */
    consequence: z.enum(['retry', 'hold']),
    triesLeft: z.number().int().min(0),
  }),
);
