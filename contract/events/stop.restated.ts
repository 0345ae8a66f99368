/** The machine's past was told anew (`slices.restated`) and the stop was not when it was thought to be. */
import { z } from 'zod';
import { actorSchema } from '../envelope.ts';
import { defineEvent } from './define.ts';
import { stopReasonFactSchema } from './shared.ts';

export const stopRestated = defineEvent(
  'stop.restated',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    /** `withdrawn`: the machine did not stand, or not as long; times and parts are then as they were. */
    fate: z.enum(['moved', 'withdrawn']),
    /** The stop that it is part of now; null: of none. */
    into: z.string().nullable(),
    from: z.number(),
    /** null: the machine still stands. */
    to: z.number().nullable(),
    /** What people said, as far as it still fits: the first begins at `from`, each ends where the next begins. */
    parts: z
      .array(
        z.strictObject({
          partId: z.string(),
          from: z.number(),
          classified: z
            .strictObject({ reason: stopReasonFactSchema, note: z.string(), by: actorSchema, at: z.number() })
            .nullable(),
        }),
      )
      .min(1),
    /** Parts that no longer fit. */
    lost: z.array(z.string()),
  }),
);
