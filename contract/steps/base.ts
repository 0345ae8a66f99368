/** What every step of a process definition has, whatever its type. */
import { z } from 'zod';
import { idSchema, localizedSchema } from '../config/text.ts';

export const stepBase = {
  id: idSchema,
  title: localizedSchema,
  /** Plain text under the title: how to do it. */
  text: localizedSchema.optional(),
  /** File in the definition's folder (`images/...`), shown large. */
  image: z.string().optional(),
};

/** For step types that can fail. After a failed attempt: try again up to `retries` more times, then put the unit on hold. */
export const failingStep = {
  ...stepBase,
  /** `retries: 0` holds at once. */
  onFail: z.strictObject({ retries: z.number().int().min(0).max(99) }).default({ retries: 0 }),
};
