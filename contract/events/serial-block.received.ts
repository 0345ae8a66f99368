/** Running numbers that only this station may give to new units of the order. Both ends belong to the block. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const serialBlockReceived = defineEvent(
  'serial-block.received',
  1,
  z.strictObject({
    blockId: z.string(),
    orderId: z.string(),
    prefix: z.string(),
    from: z.number().int(),
    to: z.number().int(),
    /** Digits a number is written with, with zeros before. */
    width: z.number().int(),
  }),
);
