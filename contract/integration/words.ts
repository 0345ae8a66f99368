/** Words that several bodies share, and how anything wrong is told to a program. */
import { z } from 'zod';

export const orderStatuses = ['created', 'released', 'held', 'closed'] as const;
export type ErpOrderStatus = (typeof orderStatuses)[number];

/** One thing wrong in what was sent: where, what, and what to do. English, for the log and the engineer. */
export const rowFaultSchema = z.object({
  row: z.number().nullable().describe('Number of the record, from 1; null: the whole body or file'),
  line: z.number().nullable().describe('Line of the text, from 1'),
  column: z.number().nullable().describe('Column of the text, from 1'),
  field: z.string().nullable().describe('As it is called in what was sent'),
  value: z.string().nullable().describe('What was sent, cut to 200 characters'),
  problem: z.string(),
  remedy: z.string(),
});
export type RowFault = z.infer<typeof rowFaultSchema>;

/** RFC 9457 (application/problem+json). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  instance: z.string().optional(),
  errors: z.array(rowFaultSchema).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** What became of one record of a bulk. */
export const bulkRowSchema = z.object({
  row: z.number(),
  line: z.number().nullable(),
  orderId: z.string().nullable(),
  done: z.enum(['created', 'changed', 'unchanged', 'refused', 'not-tried']),
  version: z.number().nullable(),
  notes: z.array(z.string()).describe('Accepted, but worth a look, e.g. a due date in the past'),
});
export const bulkAnswerSchema = z.object({
  mode: z.enum(['all', 'good']),
  accepted: z.number(),
  refused: z.number(),
  rows: z.array(bulkRowSchema),
  errors: z.array(rowFaultSchema),
});
export type BulkRow = z.infer<typeof bulkRowSchema>;
export type BulkAnswer = z.infer<typeof bulkAnswerSchema>;
