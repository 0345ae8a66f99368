/** Somebody with the permission lifted the hold. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const unitHoldLifted = defineEvent(
  'unit.hold-lifted',
  1,
  z.strictObject({
    serial: z.string(),
    holdId: z.string(),
    reason: z.string(),
  }),
);
