/** A note or a photo at a stop. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stopNoted = defineEvent(
  'stop.noted',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    note: z.string(),
    /** SHA-256 of the picture, hex, sent by the side road; null: no photo. */
    photo: z.string().nullable(),
  }),
);
