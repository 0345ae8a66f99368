/** The server gave this station an order, or changed it: how it stands from now on. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const workOrderReceived = defineEvent(
  'work-order.received',
  1,
  z.strictObject({
    orderId: z.string(),
    materialId: z.string(),
    definitionId: z.string(),
    revision: z.string(),
    /** Pieces of the work order's share for this line. */
    quantity: z.number().int(),
    priority: z.number().int(),
    /** Sorts the dispatch list of the line. */
    sequence: z.number().int(),
    dueAt: z.number().nullable(),
    serialPrefix: z.string(),
    status: z.enum(['created', 'released', 'held', 'closed']),
    holdReason: z.string().nullable(),
    /** Of the server's document. */
    documentVersion: z.number().int(),
  }),
);
