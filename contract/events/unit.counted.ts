/** A unit was inspected and counts into the next point of a chart of counts; or a defect was found on it afterwards. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { chartRefSchema, definitionRefSchema } from './shared.ts';

export const unitCounted = defineEvent(
  'unit.counted',
  2,
  z.strictObject({
    chart: chartRefSchema,
    definition: definitionRefSchema,
    operationId: z.string(),
    serial: z.string(),
    /** null: found after its run. */
    executionId: z.string().nullable(),
    orderId: z.string(),
    /** Step that decided it; null: nonconformances did. */
    stepId: z.string().nullable(),
    attempt: z.number().int().min(1),
    /** 1: nonconforming, 0: not (p, np); number of defects (c, u). */
    count: z.number().int().min(0),
    /** Defects found after the unit was counted: they count where the chart now is, the unit not a second time. */
    late: z.boolean(),
  }),
  { 1: (body) => ({ ...(body as object), late: false }) },
);
