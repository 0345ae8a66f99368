/** Help was given, or is not needed any more. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const callClosed = defineEvent(
  'call.closed',
  1,
  z.strictObject({
    callId: z.string(),
    outcome: z.enum(['helped', 'not-needed']),
    note: z.string(),
    /** The station that wrote it when another one wrote it first; null: it was written here. */
    elsewhere: z.string().nullable(),
  }),
);
