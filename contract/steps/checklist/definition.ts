import { z } from 'zod';
import { idSchema, localizedSchema } from '../../config/text.ts';
import { failingStep } from '../base.ts';

/** Each item is answered OK or not OK; one "not OK" fails the step. */
export const checklistDefinition = z.strictObject({
  ...failingStep,
  type: z.literal('checklist'),
  items: z.array(z.strictObject({ id: idSchema, title: localizedSchema })).min(1),
});
export const checklistAction = z.strictObject({
  type: z.literal('checklist'),
  do: z.literal('answer'),
  item: idSchema,
  ok: z.boolean(),
});
