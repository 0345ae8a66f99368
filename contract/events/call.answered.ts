/** Somebody comes. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const callAnswered = defineEvent('call.answered', 1, z.strictObject({ callId: z.string(), note: z.string() }));
