/** The machine runs our cycle. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const machineCycleStarted = defineEvent(
  'machine-cycle.started',
  1,
  z.strictObject({
    ...stepRef,
    cycleId: z.string(),
  }),
);
