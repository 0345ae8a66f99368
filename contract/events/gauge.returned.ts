/** A condemned gauge is in use again. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const gaugeReturned = defineEvent(
  'gauge.returned',
  1,
  z.strictObject({ gaugeId: z.string(), reason: z.string().min(1) }),
);
