/** Somebody began to prepare the next changeover of a machine, while it runs or stands. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const preparationBegun = defineEvent(
  'preparation.begun',
  1,
  z.strictObject({
    preparationId: z.string(),
    machineId: z.string(),
    /** What it is prepared for; null: not said. */
    definitionId: z.string().nullable(),
    note: z.string(),
  }),
);
