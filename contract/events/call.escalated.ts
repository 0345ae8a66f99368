/** Nobody came in time: the next are called. Told by the station that raised it. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const callEscalated = defineEvent(
  'call.escalated',
  1,
  z.strictObject({ callId: z.string(), level: z.number().int().min(1), role: z.string() }),
);
