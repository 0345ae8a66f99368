/** The next shift has read the handover: the second badge. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const handoverTaken = defineEvent(
  'handover.taken',
  1,
  z.strictObject({ handoverId: z.string(), note: z.string() }),
);
