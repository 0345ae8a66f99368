/** Pieces that several event bodies share. */
import { z } from 'zod';
import { qualitySchema } from '../reading.ts';
import { reasonCodes, type ReasonCode } from '../refusal.ts';

export const reasonSchema = z.strictObject({
  code: z.enum(Object.keys(reasonCodes) as [ReasonCode, ...ReasonCode[]]),
  params: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({ en: z.string(), de: z.string() })]),
  ),
});

/** How a value or code came in. `typed` is what a person keyed in by hand and is marked as such for ever. */
export const entrySchema = z.enum(['device', 'scanned', 'typed']);
export type Entry = z.infer<typeof entrySchema>;

/** The reading a fact rests on, with its provenance (ALCOA: original, contemporaneous). */
export const readingFactSchema = z.strictObject({
  value: z.number(),
  unit: z.string(),
  entry: entrySchema,
  deviceId: z.string().nullable(),
  tagId: z.string().nullable(),
  quality: qualitySchema,
  status: z.string(),
  sourceAt: z.number().nullable(),
  receivedAt: z.number(),
});
export type ReadingFact = z.infer<typeof readingFactSchema>;

/** Position inside a running execution. */
export const stepRef = {
  executionId: z.string(),
  stepId: z.string(),
  attempt: z.number().int().min(1),
};

export const definitionRefSchema = z.strictObject({ id: z.string(), revision: z.string(), hash: z.string() });
export type DefinitionRef = z.infer<typeof definitionRefSchema>;

export const verdictSchema = z.enum(['ok', 'below', 'above']);
export type Verdict = z.infer<typeof verdictSchema>;
