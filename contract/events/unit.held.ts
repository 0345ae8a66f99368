/** The unit may not move on until somebody lifts the hold. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { reasonSchema } from './shared.ts';

export const unitHeld = defineEvent(
  'unit.held',
  1,
  z.strictObject({
    serial: z.string(),
    holdId: z.string(),
    /** What a person wrote; empty when a failed step did it: `stepId` and `reasons` say why. */
    reason: z.string(),
    executionId: z.string().nullable(),
    stepId: z.string().nullable(),
    reasons: z.array(reasonSchema),
  }),
);
