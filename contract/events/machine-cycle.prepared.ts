/** The recipe was written, read back and found equal. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const machineCyclePrepared = defineEvent(
  'machine-cycle.prepared',
  1,
  z.strictObject({
    ...stepRef,
    cycleId: z.string(),
    parameters: z.array(
      z.strictObject({
        id: z.string(),
        tagId: z.string(),
        unit: z.string().nullable(),
        written: z.union([z.number(), z.string(), z.boolean()]),
        readBack: z.union([z.number(), z.string(), z.boolean()]),
      }),
    ),
  }),
);
