/** A stretch of a machine's past is told anew: late values of the machine, or a person who knows. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { sliceContextSchema } from './shared.ts';
import { machineStates } from '../machine-state.ts';

export const slicesRestated = defineEvent(
  'slices.restated',
  1,
  z.strictObject({
    machineId: z.string(),
    /** UTC ms; `to` is outside. */
    from: z.number(),
    to: z.number(),
    /** Tile `from` to `to`: the first begins at `from`, each ends where the next begins. */
    slices: z
      .array(
        z.strictObject({
          beganAt: z.number(),
          state: z.enum(machineStates),
          told: z.string().nullable(),
          alarm: z.string().nullable(),
          context: sliceContextSchema,
        }),
      )
      .min(1),
    reason: z.enum(['late-values', 'by-hand']),
    note: z.string(),
  }),
);
