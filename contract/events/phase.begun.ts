/** Limits of a chart were frozen: they hold for every point from here to the next phase. */
import { z } from 'zod';
import { chartKinds } from '../config/control-plan.ts';
import { defineEvent } from './define.ts';
import { chartRefSchema } from './shared.ts';

export const phaseBegun = defineEvent(
  'phase.begun',
  1,
  z.strictObject({
    phaseId: z.string(),
    chart: chartRefSchema,
    kind: z.enum(chartKinds),
    /** `minimum`: enough points were there. `given`: the plan prescribes them. `person`: `reason` says why. */
    cause: z.enum(['minimum', 'given', 'person']),
    reason: z.string(),
    /** Of single values, unit of the characteristic. */
    mean: z.number(),
    sigma: z.number(),
    /** Values of a point. */
    size: z.number().int().min(1),
    /** What they were computed from; empty when given. */
    points: z.array(z.string()),
  }),
);
