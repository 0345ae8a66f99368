/** reasons.yaml: the plant's own tree of stop reasons; without it the SEMI E10 tree holds (domain/stops). */
import { z } from 'zod';
import { bigLosses, machineStates, reasonCategories } from '../machine-state.ts';
import { idSchema, localizedSchema } from './text.ts';

/** Pictures that a reason may carry on its button. */
export const reasonIcons = [
  'break',
  'cleaning',
  'energy',
  'material',
  'people',
  'quality',
  'repair',
  'set-up',
  'tool',
  'waiting',
] as const;
export type ReasonIcon = (typeof reasonIcons)[number];

export const stopReasonSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  /** Left out: at the top. */
  parent: idSchema.optional(),
  /** Only leaves are chosen; what a branch says holds for the leaves below that say nothing. */
  category: z.enum(reasonCategories).optional(),
  loss: z.enum(bigLosses).nullable().optional(),
  /** Offered only for stops that began in one of these states; left out: for all. */
  states: z.array(z.enum(machineStates)).min(1).optional(),
  /** Only for these machines; left out: for all. */
  machines: z.array(idSchema).min(1).optional(),
  /** The machine itself is not the cause: it is looked for up or down the line. */
  external: z.enum(['upstream', 'downstream']).optional(),
  /** Picture on its button; left out: its parent's. */
  icon: z.enum(reasonIcons).optional(),
  /** A note is asked for. */
  note: z.boolean().default(false),
});
export type StopReason = z.infer<typeof stopReasonSchema>;

export const reasonsSchema = z.strictObject({
  schema: z.literal('linewright/reasons@1'),
  reasons: z.array(stopReasonSchema).min(1),
});
export type Reasons = z.infer<typeof reasonsSchema>;
