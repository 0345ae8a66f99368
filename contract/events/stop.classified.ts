/** A person said why a part of a stop was. `revision`: of the card that the person saw. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stopReasonFactSchema } from './shared.ts';

export const stopClassified = defineEvent(
  'stop.classified',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    partId: z.string(),
    revision: z.number().int().min(0),
    reason: stopReasonFactSchema,
    note: z.string(),
    /** Of those offered first, which one it was, from 1; null: from the tree. */
    offered: z.number().int().min(1).nullable(),
  }),
);
