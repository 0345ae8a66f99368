/** calendar.yaml: planned stops of lines and machines, beside the shifts of plant.yaml. */
import { z } from 'zod';
import { idSchema, localizedSchema } from './text.ts';

export const plannedStopSchema = z
  .strictObject({
    id: idSchema,
    title: localizedSchema,
    /** One of both; neither: the whole plant. */
    line: idSchema.optional(),
    machine: idSchema.optional(),
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
    /** `maintenance` is told apart from the rest (PMT of ISO 22400-2). */
    kind: z.enum(['planned', 'maintenance']).default('planned'),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], message: 'ends before it begins' });
export type PlannedStop = z.infer<typeof plannedStopSchema>;

export const calendarSchema = z.strictObject({
  schema: z.literal('linewright/calendar@1'),
  planned: z.array(plannedStopSchema).default([]),
});
export type Calendar = z.infer<typeof calendarSchema>;
