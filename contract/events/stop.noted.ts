/** A note or a photo at a stop. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { photoSchema } from './shared.ts';

export const stopNoted = defineEvent(
  'stop.noted',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    noteId: z.string(),
    note: z.string(),
    /** null: no photo. */
    photo: photoSchema.nullable(),
  }),
);
