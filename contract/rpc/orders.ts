import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { Outcome, Reason } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';

export type OrderStatus = 'created' | 'released' | 'held' | 'closed';
export interface OrderRow {
  readonly orderId: string;
  readonly material: { readonly id: string; readonly title: Localized };
  readonly definition: { readonly id: string; readonly revision: string; readonly title: Localized };
  readonly status: OrderStatus;
  readonly quantity: number;
  readonly unitsCreated: number;
  readonly unitsDone: number;
  readonly unitsHeld: number;
  readonly priority: number;
  readonly dueAt: number | null;
  /** `server`: released, held and closed on the plant view, not here. */
  readonly source: 'station' | 'server';
  readonly holdReason: string | null;
  /** Numbers this station may still give to new units without asking; null: of an order of this station. */
  readonly numbersLeft: number | null;
  /** Operations of this order that this station can do. */
  readonly operationsHere: readonly { readonly id: string; readonly title: Localized }[];
  /** Why no unit of it can start here now; empty = it can. */
  readonly blocked: readonly Reason[];
  /** Serials waiting for an operation of this station, oldest first, at most 20. */
  readonly waiting: readonly string[];
}

export const orders = {
  /** Emits the revision of the list whenever it changed; pull `list` then. */
  watch: base.output(eventIterator(type<{ readonly revision: number }>())),
  /** In working order: released first, then priority, due date, id. */
  list: base
    .input(pageInput.extend({ status: z.enum(['open', 'all']).default('open') }))
    .output(type<Page<OrderRow>>()),
  get: base.input(z.strictObject({ orderId: z.string() })).output(type<OrderRow | null>()),
  create: base
    .input(
      z.strictObject({
        commandId,
        orderId: z.string().regex(/^[A-Za-z0-9._-]{1,40}$/),
        definitionId: z.string(),
        revision: z.string(),
        quantity: z.number().int().min(1).max(1_000_000),
        dueAt: z.number().nullable(),
        serialPrefix: z.string().regex(/^[A-Za-z0-9._-]{1,24}$/),
      }),
    )
    .output(type<Outcome>()),
  release: base.input(z.strictObject({ commandId, orderId: z.string() })).output(type<Outcome>()),
  hold: base
    .input(z.strictObject({ commandId, orderId: z.string(), reason: z.string().min(1).max(500) }))
    .output(type<Outcome>()),
  close: base.input(z.strictObject({ commandId, orderId: z.string() })).output(type<Outcome>()),
  /** Makes the next unit of the order: prefix and running number. */
  createUnit: base
    .input(z.strictObject({ commandId, orderId: z.string() }))
    .output(type<Outcome<{ readonly serial: string }>>()),
  /** Released definitions an order can be made for. */
  definitions:
    base.output(
      type<
        readonly {
          readonly id: string;
          readonly revision: string;
          readonly title: Localized;
          readonly material: string;
        }[]
      >(),
    ),
};
