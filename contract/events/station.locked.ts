/** Idle time or a person locked the screen; the running step is kept. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stationLocked = defineEvent(
  'station.locked',
  1,
  z.strictObject({
    reason: z.enum(['idle', 'person']),
    personId: z.string().nullable(),
  }),
);
