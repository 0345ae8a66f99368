/** Help was given, or is not needed any more. */
import { z } from 'zod';
import { actorSchema } from '../envelope.ts';
import { defineEvent } from './define.ts';

export const callClosedBody = z.strictObject({
  callId: z.string(),
  outcome: z.enum(['helped', 'not-needed']),
  note: z.string(),
  /** Who closed it at another station, where this station wrote it after having heard of it; null: closed here. */
  elsewhere: z.strictObject({ at: z.number(), by: actorSchema, stationId: z.string() }).nullable(),
});

export const callClosed = defineEvent('call.closed', 1, callClosedBody);
