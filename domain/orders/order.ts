/** A work order at this station. */
import type { OrderStatus } from '#contract/rpc/orders.ts';
import type { Happened } from '#domain/happened.ts';

export interface Order {
  readonly orderId: string;
  readonly materialId: string;
  readonly definitionId: string;
  readonly revision: string;
  readonly quantity: number;
  readonly priority: number;
  readonly dueAt: number | null;
  readonly serialPrefix: string;
  readonly status: OrderStatus;
  readonly unitsCreated: number;
  readonly unitsDone: number;
  /** Highest running number among serials of the order's prefix, 0 when none, and how many digits it was written with. */
  readonly lastNumber: number;
  readonly numberWidth: number;
  readonly createdAt: number;
}

export const orderEvents = [
  'work-order.created',
  'work-order.released',
  'work-order.held',
  'work-order.closed',
  'unit.created',
  'unit.completed',
] as const;

export type OrderStep = 'release' | 'hold' | 'close';

/** null: not allowed in this status. */
const transitions = {
  created: { release: 'released', hold: 'held', close: 'closed' },
  released: { release: null, hold: 'held', close: 'closed' },
  held: { release: 'released', hold: null, close: 'closed' },
  closed: { release: null, hold: null, close: null },
} as const satisfies Record<OrderStatus, Record<OrderStep, OrderStatus | null>>;

export const orderStatusAfter = (status: OrderStatus, step: OrderStep): OrderStatus | null => transitions[status][step];

export function evolveOrder(order: Order | null, event: Happened): Order | null {
  if (event.type === 'work-order.created') {
    const { dueAt, status, ...rest } = event.body;
    return (
      order ?? {
        ...rest,
        dueAt,
        status,
        unitsCreated: 0,
        unitsDone: 0,
        lastNumber: 0,
        numberWidth: 4,
        createdAt: event.at,
      }
    );
  }
  if (order === null) return null;
  switch (event.type) {
    case 'work-order.released':
      return step(order, 'release');
    case 'work-order.held':
      return step(order, 'hold');
    case 'work-order.closed':
      return step(order, 'close');
    case 'unit.created': {
      const number = runningNumber(event.body.serial, order.serialPrefix);
      return {
        ...order,
        unitsCreated: order.unitsCreated + 1,
        lastNumber: Math.max(order.lastNumber, number?.value ?? 0),
        numberWidth: Math.max(order.numberWidth, number?.width ?? 0),
      };
    }
    case 'unit.completed':
      return { ...order, unitsDone: order.unitsDone + 1 };
    default:
      return order;
  }
}

const step = (order: Order, to: OrderStep): Order => {
  const status = orderStatusAfter(order.status, to);
  return status === null ? order : { ...order, status };
};

/** At most 12 digits count as a running number, so that it stays an exact integer. */
export function runningNumber(serial: string, prefix: string): { value: number; width: number } | null {
  if (!serial.startsWith(prefix)) return null;
  const digits = serial.slice(prefix.length);
  return /^\d{1,12}$/.test(digits) ? { value: Number(digits), width: digits.length } : null;
}

export const serialOf = (order: Order, number: number): string =>
  `${order.serialPrefix}${String(number).padStart(order.numberWidth, '0')}`;
