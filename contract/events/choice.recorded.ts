/** One option was chosen. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const choiceRecorded = defineEvent(
  'choice.recorded',
  1,
  z.strictObject({
    ...stepRef,
    option: z.string(),
    accepted: z.boolean(),
  }),
);
