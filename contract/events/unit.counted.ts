/** A unit was inspected and counts into the next point of a chart of counts. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { chartRefSchema, definitionRefSchema } from './shared.ts';

export const unitCounted = defineEvent(
  'unit.counted',
  1,
  z.strictObject({
    chart: chartRefSchema,
    definition: definitionRefSchema,
    operationId: z.string(),
    serial: z.string(),
    executionId: z.string(),
    orderId: z.string(),
    /** Step that decided it. */
    stepId: z.string(),
    attempt: z.number().int().min(1),
    /** 1: nonconforming, 0: not (p, np); number of defects (c, u). */
    count: z.number().int().min(0),
  }),
);
