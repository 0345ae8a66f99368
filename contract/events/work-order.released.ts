/** The order may be worked on. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const workOrderReleased = defineEvent(
  'work-order.released',
  1,
  z.strictObject({
    orderId: z.string(),
  }),
);
