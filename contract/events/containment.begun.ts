/** Everything that fits the criterion goes on hold, at every station, until the containment is lifted. */
import { z } from 'zod';
import { criterionSchema } from '../containment.ts';
import { defineEvent } from './define.ts';

export const containmentBegunBody = z.strictObject({
  containmentId: z.string(),
  criterion: criterionSchema,
  /** What a person wrote. */
  reason: z.string(),
  /** Of which it is; null: of none. */
  nonconformanceId: z.string().nullable(),
});

export const containmentBegun = defineEvent('containment.begun', 1, containmentBegunBody);
