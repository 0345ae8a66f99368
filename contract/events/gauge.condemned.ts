/** A gauge was taken out of use: no value of it counts until it is returned. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const gaugeCondemned = defineEvent(
  'gauge.condemned',
  1,
  z.strictObject({ condemnationId: z.string(), gaugeId: z.string(), reason: z.string().min(1) }),
);
