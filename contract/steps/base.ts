/** What every step of a process definition has, whatever its type. */
import { z } from 'zod';
import { idSchema, localizedSchema } from '../config/text.ts';

/** After a failed attempt: try again up to `retries` more times, then put the unit on hold. `retries: 0` holds at once. */
export const onFailSchema = z.strictObject({ retries: z.number().int().min(0).max(99) }).default({ retries: 0 });

export const stepBase = {
  id: idSchema,
  title: localizedSchema,
  /** Plain text under the title: how to do it. */
  text: localizedSchema.optional(),
  /** File in the definition's folder (`images/...`), shown large. */
  image: z.string().optional(),
  onFail: onFailSchema,
};
