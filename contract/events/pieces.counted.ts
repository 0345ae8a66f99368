/** What a machine's counter counted between two instants; never over the beginning of a slice. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { sliceContextSchema } from './shared.ts';

export const piecesCounted = defineEvent(
  'pieces.counted',
  1,
  z.strictObject({
    machineId: z.string(),
    /** UTC ms; `to` is outside. */
    from: z.number(),
    to: z.number(),
    /** `gap`: how many is known, when they were made is not. `reset`: those since the counter began again. */
    kind: z.enum(['counted', 'rolled-over', 'gap', 'reset']),
    produced: z.number().int().min(0),
    /** null: no counter tells. */
    good: z.number().int().min(0).nullable(),
    scrap: z.number().int().min(0).nullable(),
    /** The produced counter at both ends. */
    counter: z.strictObject({ first: z.number(), last: z.number() }),
    /** The same of the counter of good or scrap pieces; left out: it did not count. */
    judgedCounter: z.strictObject({ first: z.number(), last: z.number() }).optional(),
    /** Time of each single piece, ms, where it can be told; at most 500. */
    cyclesMs: z.array(z.number()).max(500),
    context: sliceContextSchema,
  }),
);
