import { z } from 'zod';
import { idSchema, localizedSchema } from '../../config/text.ts';
import { failingStep } from '../base.ts';

/** Exactly one option; an option may mean that the step failed. */
export const choiceDefinition = z.strictObject({
  ...failingStep,
  type: z.literal('choice'),
  options: z
    .array(z.strictObject({ id: idSchema, title: localizedSchema, accepted: z.boolean().default(true) }))
    .min(2),
});
export const choiceAction = z.strictObject({ type: z.literal('choice'), do: z.literal('choose'), option: idSchema });
