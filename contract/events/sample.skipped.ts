/** A due sample is not measured, and why. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { dueFactSchema, sampledSchema } from './shared.ts';

export const sampleSkipped = defineEvent(
  'sample.skipped',
  1,
  z.strictObject({
    ...sampledSchema,
    due: dueFactSchema,
    characteristics: z.array(z.string()).min(1),
    reason: z.string().min(1),
  }),
);
