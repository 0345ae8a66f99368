import { z } from 'zod';
import { idSchema } from '../../config/text.ts';
import { failingStep } from '../base.ts';

/** Write the recipe, read it back and compare, start, watch, collect results, judge them; abort safely. */
export const machineCycleDefinition = z.strictObject({
  ...failingStep,
  type: z.literal('machine-cycle'),
  device: idSchema,
  recipe: idSchema,
  recipeRevision: z.string(),
  /** The cycle is aborted when it takes longer. */
  timeoutMs: z.number().int().min(1_000),
  results: z.array(z.strictObject({ characteristic: idSchema, tag: idSchema })).min(1),
});
export const machineCycleAction = z.discriminatedUnion('do', [
  z.strictObject({ type: z.literal('machine-cycle'), do: z.literal('start') }),
  z.strictObject({ type: z.literal('machine-cycle'), do: z.literal('abort') }),
]);
