/** The station program ended in an orderly way. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stationStopped = defineEvent(
  'station.stopped',
  1,
  z.strictObject({
    reason: z.string(),
  }),
);
