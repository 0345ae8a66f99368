/** A work order came to this station, from a file or from the screen. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const workOrderCreated = defineEvent(
  'work-order.created',
  1,
  z.strictObject({
    orderId: z.string(),
    materialId: z.string(),
    definitionId: z.string(),
    revision: z.string(),
    quantity: z.number().int().min(1),
    priority: z.number().int(),
    dueAt: z.number().nullable(),
    serialPrefix: z.string(),
    status: z.enum(['created', 'released', 'held', 'closed']),
  }),
);
