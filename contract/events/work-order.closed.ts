/** The order is over; no more units start. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const workOrderClosed = defineEvent(
  'work-order.closed',
  1,
  z.strictObject({
    orderId: z.string(),
  }),
);
