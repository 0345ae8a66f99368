/** The maintenance system said how its ticket for a call stands. Told by the plant server. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const callTicketedBody = z.strictObject({
  callId: z.string(),
  state: z.enum(['accepted', 'in-work', 'done']),
  /** Number of the ticket there; null: it told none. */
  ticket: z.string().nullable(),
  text: z.string(),
});

export const callTicketed = defineEvent('call.ticketed', 1, callTicketedBody);
