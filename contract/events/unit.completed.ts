/** The last operation of the routing passed: the unit is released. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const unitCompleted = defineEvent(
  'unit.completed',
  1,
  z.strictObject({
    serial: z.string(),
    orderId: z.string(),
  }),
);
