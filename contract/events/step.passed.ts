/** The step is complete and its result is good. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const stepPassed = defineEvent(
  'step.passed',
  1,
  z.strictObject({
    ...stepRef,
  }),
);
