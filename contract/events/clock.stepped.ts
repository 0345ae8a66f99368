/** The wall clock moved against the monotonic one (design law 10). */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const clockStepped = defineEvent(
  'clock.stepped',
  1,
  z.strictObject({
    byMs: z.number(),
    beforeAt: z.number(),
    afterAt: z.number(),
  }),
);
