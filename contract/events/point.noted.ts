/** Somebody wrote something at a point. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { chartRefSchema } from './shared.ts';

export const pointNoted = defineEvent(
  'point.noted',
  1,
  z.strictObject({ pointId: z.string(), chart: chartRefSchema, text: z.string() }),
);
