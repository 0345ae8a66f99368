/** The order is stopped for now. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const workOrderHeld = defineEvent(
  'work-order.held',
  1,
  z.strictObject({
    orderId: z.string(),
    reason: z.string(),
  }),
);
