/** One run of an operation on a unit began. */
import { z } from 'zod';
import { knownReworksSchema } from '../passport.ts';
import { defineEvent } from './define.ts';
import { definitionRefSchema } from './shared.ts';

export const executionStarted = defineEvent(
  'execution.started',
  1,
  z.strictObject({
    executionId: z.string(),
    serial: z.string(),
    orderId: z.string(),
    definition: definitionRefSchema,
    operationId: z.string(),
    /** Of the unit, known here when the run began. */
    reworks: knownReworksSchema,
  }),
);
