/** The cycle did not complete. The machine was left in a safe state or says so in the reasons. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef, reasonSchema } from './shared.ts';

export const machineCycleAborted = defineEvent(
  'machine-cycle.aborted',
  1,
  z.strictObject({
    ...stepRef,
    cycleId: z.string(),
    reasons: z.array(reasonSchema),
  }),
);
