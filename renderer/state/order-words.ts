/** How an order's status and due date look on the screen. */
import type { OrderStatus } from '#contract/rpc/orders.ts';

export const statusLook: Readonly<
  Record<OrderStatus, { readonly shape: 'open' | 'now' | 'hold' | 'done'; readonly tone: 'quiet' | 'warn' }>
> = {
  created: { shape: 'open', tone: 'quiet' },
  released: { shape: 'now', tone: 'quiet' },
  held: { shape: 'hold', tone: 'warn' },
  closed: { shape: 'done', tone: 'quiet' },
};

/** `late`: the due date has passed and the order is not over. */
export function dueState(
  dueAt: number | null,
  status: OrderStatus,
  now: number,
): { readonly kind: 'none' } | { readonly kind: 'ahead' | 'late'; readonly ms: number } {
  if (dueAt === null) return { kind: 'none' };
  return dueAt < now && status !== 'closed' ? { kind: 'late', ms: now - dueAt } : { kind: 'ahead', ms: dueAt - now };
}

/** What may become of an order now; the station decides and refuses the rest with its reasons. */
export function possible(status: OrderStatus): {
  readonly release: boolean;
  readonly hold: boolean;
  readonly close: boolean;
} {
  return {
    release: status === 'created' || status === 'held',
    hold: status === 'released',
    close: status !== 'closed',
  };
}
