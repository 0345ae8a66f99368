/** Somebody found pieces that do not conform: units, or a quantity of a lot. Units are on hold by it until it is disposed of. */
import { z } from 'zod';
import { severities } from '../config/defects.ts';
import { defineEvent } from './define.ts';
import { markSchema } from './shared.ts';

export const nonconformanceRecordedBody = z.strictObject({
  nonconformanceId: z.string(),
  defectId: z.string(),
  severity: z.enum(severities),
  /** The product; null: of a material that no definition makes. */
  definition: z.strictObject({ id: z.string(), revision: z.string() }).nullable(),
  orderId: z.string().nullable(),
  subject: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('units'), serials: z.array(z.string()).min(1) }),
    z.strictObject({
      kind: z.literal('quantity'),
      materialId: z.string(),
      lot: z.string().nullable(),
      /** Pieces. */
      quantity: z.number().int().min(1),
    }),
  ]),
  /** Where it was found; null: apart from any. */
  operationId: z.string().nullable(),
  executionId: z.string().nullable(),
  stepId: z.string().nullable(),
  mark: markSchema.nullable(),
  note: z.string(),
});

export const nonconformanceRecorded = defineEvent('nonconformance.recorded', 1, nonconformanceRecordedBody);
