/** Two parts that follow each other are one again; it keeps the reason of the first. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stopMerged = defineEvent(
  'stop.merged',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    revision: z.number().int().min(0),
    partId: z.string(),
    /** The part after it, which is gone. */
    gonePartId: z.string(),
  }),
);
