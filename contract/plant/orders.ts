/** Work orders and their job orders: one share of a work order for one line. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { OrderStatus } from '../rpc/orders.ts';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { plantBase, type PlantFault, type PlantOutcome } from './base.ts';

export interface JobOrderRow {
  readonly jobOrderId: string;
  readonly lineId: string;
  readonly quantity: number;
  /** Place in the line's dispatch list, from 1; null when closed. */
  readonly sequence: number | null;
  readonly created: number;
  readonly done: number;
  readonly held: number;
  readonly scrapped: number;
  readonly inWork: number;
  /** What stands against it now, e.g. definition not released, held; empty: nothing. */
  readonly blocked: readonly PlantFault[];
}
export interface PlantOrder {
  readonly orderId: string;
  readonly material: { readonly id: string; readonly title: Localized | null };
  readonly definition: { readonly id: string; readonly revision: string };
  readonly status: OrderStatus;
  readonly holdReason: string | null;
  readonly quantity: number;
  readonly priority: number;
  readonly dueAt: number | null;
  readonly serialPrefix: string;
  /** Where it came from: `erp`, `csv`, `plant`, `station:ID`, `file`. */
  readonly source: string;
  /** Shares of the lines that the person sees. */
  readonly jobs: readonly JobOrderRow[];
  /** What other lines make of it, added up; null: nothing. */
  readonly elsewhere: { readonly quantity: number; readonly done: number } | null;
  /** For optimistic locking: what the person saw. */
  readonly version: number;
}

const orderId = z.string().regex(/^[A-Za-z0-9._-]{1,40}$/);

export const orders = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  list: plantBase
    .input(
      pageInput.extend({
        status: z.enum(['open', 'all']).default('open'),
        lineId: z.string().nullable().default(null),
      }),
    )
    .output(type<Page<PlantOrder>>()),
  get: plantBase.input(z.strictObject({ orderId })).output(type<PlantOrder | null>()),
  create: plantBase
    .input(
      z.strictObject({
        commandId,
        orderId,
        definitionId: z.string(),
        revision: z.string(),
        quantity: z.number().int().min(1).max(1_000_000),
        priority: z.number().int().min(0).max(9).default(5),
        dueAt: z.number().nullable(),
        serialPrefix: z.string().regex(/^[A-Za-z0-9._-]{1,24}$/),
        /** Shares; their sum is the quantity. Empty: all of it on the only line that can. */
        jobs: z.array(z.strictObject({ lineId: z.string(), quantity: z.number().int().min(1) })).default([]),
      }),
    )
    .output(type<PlantOutcome>()),
  release: plantBase
    .input(z.strictObject({ commandId, orderId, version: z.number().int() }))
    .output(type<PlantOutcome>()),
  hold: plantBase
    .input(z.strictObject({ commandId, orderId, version: z.number().int(), reason: z.string().min(1).max(500) }))
    .output(type<PlantOutcome>()),
  close: plantBase
    .input(z.strictObject({ commandId, orderId, version: z.number().int() }))
    .output(type<PlantOutcome>()),
  /** Splits anew among lines; a line keeps at least what it has begun. */
  split: plantBase
    .input(
      z.strictObject({
        commandId,
        orderId,
        version: z.number().int(),
        jobs: z.array(z.strictObject({ lineId: z.string(), quantity: z.number().int().min(1) })).min(1),
      }),
    )
    .output(type<PlantOutcome>()),
  /** Puts a job order at this place (from 1) of its line's dispatch list. */
  move: plantBase
    .input(z.strictObject({ commandId, jobOrderId: z.string(), place: z.number().int().min(1) }))
    .output(type<PlantOutcome>()),
  /** Released definitions an order can be made for, and the lines that can do all of their operations. */
  definitions:
    plantBase.output(
      type<
        readonly {
          readonly id: string;
          readonly revision: string;
          readonly title: Localized;
          readonly material: string;
          readonly lines: readonly string[];
        }[]
      >(),
    ),
};
