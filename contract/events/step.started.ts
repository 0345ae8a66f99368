/** The step became the current one (attempt 1) or is tried again. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const stepStarted = defineEvent(
  'step.started',
  1,
  z.strictObject({
    ...stepRef,
    stepType: z.string(),
  }),
);
