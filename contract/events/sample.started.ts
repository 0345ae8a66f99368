/** A sample is being measured at a bench: which units, of what, and why it was due. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { dueFactSchema, sampledSchema } from './shared.ts';

export const sampleStarted = defineEvent(
  'sample.started',
  1,
  z.strictObject({
    sampleId: z.string(),
    ...sampledSchema,
    due: dueFactSchema,
    /** In the order in which they are measured, each with so many values of every unit. */
    characteristics: z.array(z.strictObject({ characteristicId: z.string(), values: z.number().int().min(1) })).min(1),
    /** `executionId`: the run that passed the operation; null: its passport does not tell. */
    units: z
      .array(z.strictObject({ serial: z.string(), executionId: z.string().nullable(), revision: z.string() }))
      .min(1),
  }),
);
