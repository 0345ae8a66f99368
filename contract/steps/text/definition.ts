import { z } from 'zod';
import { entrySchema } from '../../events/shared.ts';
import { stepBase } from '../base.ts';

/** A short text, keyed in or scanned. */
export const textDefinition = z.strictObject({
  ...stepBase,
  type: z.literal('text'),
  maxLength: z.number().int().min(1).max(2000).default(200),
  /** May be left empty. */
  optional: z.boolean().default(false),
});
export const textAction = z.strictObject({
  type: z.literal('text'),
  do: z.literal('enter'),
  text: z.string().max(4000),
  entry: entrySchema.default('typed'),
});
