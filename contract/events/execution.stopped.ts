/** The run ended without passing: the unit went on hold or to scrap, or the run was given up. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const executionStopped = defineEvent(
  'execution.stopped',
  1,
  z.strictObject({
    executionId: z.string(),
    serial: z.string(),
    operationId: z.string(),
    cause: z.enum(['held', 'scrapped', 'given-up']),
  }),
);
