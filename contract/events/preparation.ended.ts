/** The changeover is prepared, or was given up. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const preparationEnded = defineEvent(
  'preparation.ended',
  1,
  z.strictObject({ preparationId: z.string(), machineId: z.string() }),
);
