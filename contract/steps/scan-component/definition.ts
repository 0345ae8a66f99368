import { z } from 'zod';
import { entrySchema } from '../../events/shared.ts';
import { stepBase } from '../base.ts';

/** Scan the part that goes in; it must be the material of the BOM line, with lot or serial as the line asks. */
export const scanComponentDefinition = z.strictObject({
  ...stepBase,
  type: z.literal('scan-component'),
  bomLine: z.string(),
});
export const scanComponentAction = z.strictObject({
  type: z.literal('scan-component'),
  do: z.literal('scan'),
  code: z.string().min(1).max(512),
  entry: entrySchema,
});
