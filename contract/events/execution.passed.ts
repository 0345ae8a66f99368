/** Every step passed. */
import { z } from 'zod';
import { knownReworksSchema } from '../passport.ts';
import { defineEvent } from './define.ts';
import { knownSetUpsSchema } from './shared.ts';

export const executionPassed = defineEvent(
  'execution.passed',
  1,
  z.strictObject({
    executionId: z.string(),
    serial: z.string(),
    operationId: z.string(),
    /** As its run began with. */
    reworks: knownReworksSchema,
    setUps: knownSetUpsSchema,
  }),
);
