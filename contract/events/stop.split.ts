/** A part of a stop was cut in two. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stopSplit = defineEvent(
  'stop.split',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    partId: z.string(),
    revision: z.number().int().min(0),
    /** UTC ms, inside the part; the new part begins there and keeps the reason of the old one. */
    at: z.number(),
    newPartId: z.string(),
  }),
);
