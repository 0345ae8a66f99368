/** andon.yaml: what help can be called for, who is told when nobody comes, stack lights, and the CMMS that is told. */
import { z } from 'zod';
import { roles } from '../permissions.ts';
import { idSchema, localizedSchema } from './text.ts';

export const callKindSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  /** Pictogram. */
  icon: z.enum(['material', 'quality', 'maintenance', 'lead', 'other']).default('other'),
  /** Whom it calls first. */
  role: z.enum(roles),
  /** Not answered for so long: these are called too. In order, each later than the one before. */
  escalation: z
    .array(
      z.strictObject({
        afterMs: z.number().int().min(10_000).max(86_400_000),
        role: z.enum(roles),
        /** Only in these shifts; left out: always. */
        shifts: z.array(idSchema).min(1).optional(),
      }),
    )
    .default([]),
  /** The CMMS is told of it. */
  webhook: z.boolean().default(false),
});
export type CallKind = z.infer<typeof callKindSchema>;

export const stackLightSchema = z.strictObject({
  station: idSchema,
  /** Boolean tags that are written; left out: that colour has no lamp. */
  red: idSchema.optional(),
  amber: idSchema.optional(),
  green: idSchema.optional(),
  blue: idSchema.optional(),
  white: idSchema.optional(),
});
export type StackLight = z.infer<typeof stackLightSchema>;

export const andonSchema = z.strictObject({
  schema: z.literal('linewright/andon@1'),
  calls: z.array(callKindSchema).min(1),
  lights: z.array(stackLightSchema).default([]),
});
export type Andon = z.infer<typeof andonSchema>;
