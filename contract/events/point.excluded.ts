/** A point no longer counts, neither for limits nor for rules; it stays visible with the reason. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { chartRefSchema } from './shared.ts';

export const pointExcluded = defineEvent(
  'point.excluded',
  1,
  z.strictObject({ pointId: z.string(), chart: chartRefSchema, reason: z.string() }),
);
