/** A person has seen the doubt. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const machineDoubtSeen = defineEvent(
  'machine.doubt-seen',
  1,
  z.strictObject({ doubtId: z.string(), machineId: z.string(), note: z.string() }),
);
