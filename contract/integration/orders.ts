/** Work orders as programs (ERP) send and get them: bodies of `/api/v1/work-orders`. Only grows (design law 11). */
import { z } from 'zod';
import { orderStatuses } from './words.ts';

const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Pieces of an order that one line makes. */
export const lineShareSchema = z.strictObject({
  lineId: z.string().regex(id).describe('Line of the plant, e.g. L1'),
  quantity: z.number().int().min(1).max(1_000_000).describe('Pieces of the order that this line makes'),
});
export type LineShare = z.infer<typeof lineShareSchema>;

/**
 * What a work order shall be. Sending the same again changes nothing. What is left out of an existing order stays as it
 * is; a new order needs definition, revision and quantity.
 */
export const orderWishSchema = z.strictObject({
  orderId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,40}$/)
    .describe('Number of the work order'),
  definitionId: z.string().regex(id).optional().describe('Process definition that makes it, e.g. PMP-100'),
  revision: z.string().min(1).max(16).optional().describe('Revision of the process definition, e.g. C'),
  material: z.string().regex(id).optional().describe('Part number; checked against the one that the definition makes'),
  quantity: z.number().int().min(1).max(1_000_000).optional().describe('Pieces'),
  priority: z.number().int().min(0).max(9).optional().describe('0 (most urgent) to 9; 5 when not given'),
  due: z
    .string()
    .max(40)
    .nullable()
    .optional()
    .describe('Instant with its zone (ISO 8601), or a day: its end in the time zone of the plant; null: none'),
  serialPrefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,24}$/)
    .optional()
    .describe('Begins the serial numbers of the order; the order number and a dash when not given'),
  lines: z
    .array(lineShareSchema)
    .max(50)
    .optional()
    .describe('Shares of lines, summing up to the quantity; not given: the only line that can make it'),
  status: z
    .enum(orderStatuses)
    .optional()
    .describe('What it shall become. created: no wish; an order that is released already stays released'),
  holdReason: z.string().min(1).max(500).optional().describe('Why it is held; wanted with status held'),
});
export type OrderWish = z.infer<typeof orderWishSchema>;

export const jobOrderSchema = z.object({
  jobOrderId: z.string(),
  lineId: z.string(),
  quantity: z.number(),
  sequence: z.number().nullable().describe('Place in the dispatch list of the line, from 1; null when closed'),
  created: z.number(),
  done: z.number(),
  held: z.number(),
  scrapped: z.number(),
  inWork: z.number(),
  blocked: z.array(z.string()).describe('What stands against it now; empty: nothing'),
});

export const orderSchema = z.object({
  orderId: z.string(),
  material: z.string(),
  definitionId: z.string(),
  revision: z.string(),
  status: z.enum(orderStatuses),
  holdReason: z.string().nullable(),
  quantity: z.number(),
  priority: z.number(),
  due: z.string().nullable().describe('UTC, ISO 8601'),
  serialPrefix: z.string(),
  source: z.string().describe('Where it came from: erp, csv, plant, station:ID, file'),
  jobs: z.array(jobOrderSchema),
  version: z.number().describe('Counts changes; also the ETag'),
});
export type OrderView = z.infer<typeof orderSchema>;
