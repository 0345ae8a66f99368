/** The machine works again (or the past was told anew so that the stop ended then). */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const stopEnded = defineEvent(
  'stop.ended',
  1,
  z.strictObject({ stopId: z.string(), machineId: z.string(), to: z.number() }),
);
