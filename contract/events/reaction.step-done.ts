/** One step of a signal's reaction plan was done. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const reactionStepDone = defineEvent(
  'reaction.step-done',
  1,
  z.strictObject({ signalId: z.string(), stepId: z.string() }),
);
