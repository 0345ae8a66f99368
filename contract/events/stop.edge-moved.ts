/** The instant at which one part ends and the next begins was moved. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stopEdgeMoved = defineEvent(
  'stop.edge-moved',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    revision: z.number().int().min(0),
    /** The part that begins at the edge. */
    partId: z.string(),
    at: z.number(),
  }),
);
