/** The last operation of the routing passed: the unit is released. */
import { z } from 'zod';
import { knownReworksSchema } from '../passport.ts';
import { defineEvent } from './define.ts';

export const unitCompleted = defineEvent(
  'unit.completed',
  1,
  z.strictObject({
    serial: z.string(),
    orderId: z.string(),
    /** Known when its last run began. */
    reworks: knownReworksSchema,
    /** It was completed before, and reworked since. */
    again: z.literal(true).optional(),
  }),
);
