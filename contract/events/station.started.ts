/** The station program started (or started again). */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stationStarted = defineEvent(
  'station.started',
  1,
  z.strictObject({
    version: z.string(),
    node: z.string(),
    previousRun: z.enum(['none', 'ended-cleanly', 'ended-abruptly']),
  }),
);
