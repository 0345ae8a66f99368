/** A person said why a part of a stop was. `revision`: of the card that the person saw. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { bigLosses, reasonCategories } from '../machine-state.ts';

export const stopClassified = defineEvent(
  'stop.classified',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    partId: z.string(),
    revision: z.number().int().min(0),
    /** Leaf of the tree; what it stood for is kept with it, whatever the tree says later. */
    reason: z.strictObject({
      id: z.string(),
      category: z.enum(reasonCategories),
      loss: z.enum(bigLosses).nullable(),
    }),
    note: z.string(),
    /** Of those offered first, which one it was, from 1; null: from the tree. */
    offered: z.number().int().min(1).nullable(),
  }),
);
