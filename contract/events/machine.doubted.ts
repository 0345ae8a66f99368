/** A machine told something that cannot be, or is not plain: what, when, and how it was counted. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const machineDoubted = defineEvent(
  'machine.doubted',
  1,
  z.strictObject({
    doubtId: z.string(),
    machineId: z.string(),
    kind: z.enum([
      'counter-reset',
      'counter-rolled-over',
      'counter-impossible',
      'state-unknown',
      'time-wrong',
      'late-values',
    ]),
    tagId: z.string().nullable(),
    /** UTC ms of the two readings; the same where there is one. */
    from: z.number(),
    to: z.number(),
    /** What was told before and now. */
    before: z.union([z.string(), z.number()]).nullable(),
    now: z.union([z.string(), z.number()]).nullable(),
    /** Pieces that were counted of it; null: it is not about pieces. */
    counted: z.number().int().nullable(),
  }),
);
