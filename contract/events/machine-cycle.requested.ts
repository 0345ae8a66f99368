/** The person asked for the cycle; nothing was written to the machine yet. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const machineCycleRequested = defineEvent(
  'machine-cycle.requested',
  1,
  z.strictObject({
    ...stepRef,
    deviceId: z.string(),
    cycleId: z.string(),
    recipe: z.strictObject({ id: z.string(), revision: z.string() }),
  }),
);
