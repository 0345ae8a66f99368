/** A work order at this station. */
import type { OrderStatus } from '#contract/rpc/orders.ts';
import type { Happened } from '#domain/happened.ts';

/** Numbers that only this station may give, and the next one of them. */
export interface SerialBlock {
  readonly blockId: string;
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** `to + 1`: used up. */
  readonly next: number;
}
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
  /** `server`: the plant server leads it; released, held and closed there, units numbered from its blocks. */
  readonly source: 'station' | 'server';
  /** Sorts the dispatch list of the line; null: of an order of this station. */
  readonly sequence: number | null;
  readonly holdReason: string | null;
  readonly blocks: readonly SerialBlock[];
}

export const orderEvents = [
  'work-order.created',
  'work-order.released',
  'work-order.held',
  'work-order.closed',
  'work-order.received',
  'serial-block.received',
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
        source: 'station',
        sequence: null,
        holdReason: null,
        blocks: [],
      }
    );
  }
  if (event.type === 'work-order.received') return received(order, event.body, event.at);
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
        blocks: withoutNumber(order.blocks, event.body.serial),
        unitsCreated: order.unitsCreated + 1,
        lastNumber: Math.max(order.lastNumber, number?.value ?? 0),
        numberWidth: Math.max(order.numberWidth, number?.width ?? 0),
      };
    }
    case 'serial-block.received': {
      const { blockId, prefix, from, to, width } = event.body;
      if (order.blocks.some((block) => block.blockId === blockId)) return order;
      return { ...order, blocks: [...order.blocks, { blockId, prefix, from, to, width, next: from }] };
    }
    case 'unit.completed':
      return event.body.again ? order : { ...order, unitsDone: order.unitsDone + 1 };
    default:
      return order;
  }
}

function received(
  order: Order | null,
  { documentVersion: _version, ...body }: Extract<Happened, { type: 'work-order.received' }>['body'],
  at: number,
): Order {
  const before = order ?? {
    unitsCreated: 0,
    unitsDone: 0,
    lastNumber: 0,
    numberWidth: 4,
    createdAt: at,
    blocks: [],
  };
  return { ...before, ...body, source: 'server' };
}

/** Numbers are given in their order: after one that was used, the ones before it are not looked at again. */
const withoutNumber = (blocks: readonly SerialBlock[], serial: string): readonly SerialBlock[] =>
  blocks.map((block) => {
    const number = runningNumber(serial, block.prefix)?.value;
    return number === undefined || number < block.next || number > block.to ? block : { ...block, next: number + 1 };
  });

/** Numbers of the blocks that this station has not used yet. */
export const numbersLeft = ({ blocks }: Pick<Order, 'blocks'>): number =>
  blocks.reduce((sum, { next, to }) => sum + Math.max(0, to - next + 1), 0);

/** The next serial of the blocks that no unit has; null: used up. Blocks in the order they came. */
export function nextOfBlocks({ blocks }: Pick<Order, 'blocks'>, taken: (serial: string) => boolean): string | null {
  for (const { prefix, next, to, width } of blocks)
    for (let number = next; number <= to; number += 1) {
      const serial = numbered(prefix, number, width);
      if (!taken(serial)) return serial;
    }
  return null;
}

const numbered = (prefix: string, number: number, width: number): string =>
  `${prefix}${String(number).padStart(width, '0')}`;

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
  numbered(order.serialPrefix, number, order.numberWidth);
