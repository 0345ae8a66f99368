import { z } from 'zod';
import { idSchema, localizedSchema } from '../../config/text.ts';
import { failingStep } from '../base.ts';

/** Measure a characteristic one or more times with a gauge, or by hand where the definition allows it. */
export const measureDefinition = z.strictObject({
  ...failingStep,
  type: z.literal('measure'),
  characteristic: idSchema,
  /** Tag of the gauge; absent: only typed. */
  tag: idSchema.optional(),
  /** Places to measure at, in order; one value each. */
  points: z.array(localizedSchema).min(1),
  /** Where the points are on the image, in percent of its width and height, same order as `points`. */
  balloons: z.array(z.strictObject({ x: z.number().min(0).max(100), y: z.number().min(0).max(100) })).optional(),
  allowTyped: z.boolean().default(false),
});
export const measureAction = z.discriminatedUnion('do', [
  /** Take the gauge's present reading (continuous gauges); gauges with a button push by themselves. */
  z.strictObject({ type: z.literal('measure'), do: z.literal('take') }),
  z.strictObject({
    type: z.literal('measure'),
    do: z.literal('type'),
    value: z.number(),
    /** Gauge without a device that it was read from; left out: the step's own. */
    gaugeId: idSchema.optional(),
  }),
]);
