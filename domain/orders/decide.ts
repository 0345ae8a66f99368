/** Orders and the units made for them. */
import { event } from '#contract/events/index.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { OrderCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { nextOfBlocks, orderStatusAfter, serialOf, type Order, type OrderStep } from './order.ts';

export interface OrderState {
  readonly order: Order | null;
  /** Whether a unit with this serial exists, in whatever order. */
  unitOrder(serial: string): string | null;
}

export function decideOrder(state: OrderState, command: OrderCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'order.create':
      return create(state, command, facts);
    case 'order.release':
      return move(
        state,
        command.orderId,
        'release',
        [event('work-order.released', { orderId: command.orderId })],
        facts,
      );
    case 'order.hold': {
      const { orderId, reason: why } = command;
      return move(state, orderId, 'hold', [event('work-order.held', { orderId, reason: why })], facts);
    }
    case 'order.close':
      return move(state, command.orderId, 'close', [event('work-order.closed', { orderId: command.orderId })], facts);
    case 'unit.create':
      return createUnit(state, command.orderId, facts);
    case 'order.import':
      return takeIn(state, command, facts);
    case 'order.receive':
      return receive(state, command);
    case 'order.receive-block':
      return receiveBlock(state, command);
  }
}

export function definitionFaults(definitionId: string, revision: string, facts: Facts): readonly Reason[] {
  const definition = facts.catalogue.definition(definitionId, revision);
  if (definition === null) return [reason('revision.unknown', { definition: definitionId, revision })];
  if (definition.status !== 'released')
    return [reason('revision.not-released', { definition: definitionId, revision, status: definition.status })];
  return [];
}

function create(
  { order }: OrderState,
  command: Extract<OrderCommand, { type: 'order.create' }>,
  facts: Facts,
): Decision {
  const { orderId, definitionId, revision, quantity, dueAt, serialPrefix } = command;
  const faults = [...permissionFaults(facts, 'order.manage')];
  if (order !== null) faults.push(reason('order.already-exists', { order: orderId }));
  else if (facts.server.configured) faults.push(reason('order.of-server', { order: orderId }));
  faults.push(...definitionFaults(definitionId, revision, facts));
  const definition = facts.catalogue.definition(definitionId, revision);
  if (definition === null || faults.length > 0) return refuse(faults);
  return accept([
    event('work-order.created', {
      orderId,
      materialId: definition.material,
      definitionId,
      revision,
      quantity,
      priority: 5,
      dueAt,
      serialPrefix,
      status: 'created',
    }),
  ]);
}

const wanted: Readonly<Record<OrderStep, string>> = { release: 'released', hold: 'held', close: 'closed' };

function move(
  { order }: OrderState,
  orderId: string,
  to: OrderStep,
  events: readonly DomainEvent[],
  facts: Facts,
): Decision {
  const faults = [...permissionFaults(facts, 'order.manage')];
  if (order === null) faults.push(reason('order.unknown', { order: orderId }));
  else if (order.source === 'server') faults.push(reason('order.of-server', { order: orderId }));
  else if (orderStatusAfter(order.status, to) === null)
    faults.push(reason('order.not-allowed-in-status', { order: orderId, status: order.status, wanted: wanted[to] }));
  return faults.length > 0 ? refuse(faults) : accept(events);
}

function createUnit({ order, unitOrder }: OrderState, orderId: string, facts: Facts): Decision {
  const faults = [...permissionFaults(facts, 'unit.create')];
  if (order === null) return refuse([...faults, reason('order.unknown', { order: orderId })]);
  if (order.status !== 'released') faults.push(reason('order.not-released', { order: orderId, status: order.status }));
  if (order.unitsCreated >= order.quantity)
    faults.push(reason('order.quantity-reached', { order: orderId, quantity: order.quantity }));
  faults.push(...definitionFaults(order.definitionId, order.revision, facts));
  if (faults.length > 0)
    return refuse(faults, {
      next: order.status === 'released' || order.source === 'server' ? [] : [next('release-order', { order: orderId })],
    });
  if (order.source === 'server') return numberFromBlock(order, unitOrder, facts);
  // Another order may use the same prefix: the next number that no unit has.
  let number = order.lastNumber + 1;
  while (unitOrder(serialOf(order, number)) !== null) number += 1;
  return unitCreated(order, serialOf(order, number));
}

function unitCreated({ orderId, materialId, definitionId, revision }: Order, serial: string): Decision {
  return accept([event('unit.created', { serial, orderId, materialId, definitionId, revision, passed: [] })], {
    serial,
  });
}

/** Numbers of an order of the server are this station's only as far as it was given them: no other station gives the same. */
function numberFromBlock(order: Order, unitOrder: OrderState['unitOrder'], { server }: Facts): Decision {
  const serial = nextOfBlocks(order, (each) => unitOrder(each) !== null);
  if (serial !== null) return unitCreated(order, serial);
  const given = order.blocks.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const block = order.blocks.at(-1);
  const last = block === undefined ? null : `${block.prefix}${String(block.to).padStart(block.width, '0')}`;
  return refuse([
    reason('serials.used-up', { order: order.orderId, given, last }),
    ...(server.linked ? [] : [reason('server.not-asked', { sinceAt: server.sinceAt })]),
  ]);
}

function receive({ order }: OrderState, command: Extract<OrderCommand, { type: 'order.receive' }>): Decision {
  const { orderId, order: sent, documentVersion } = command;
  if (sent === null) {
    // Gone from this line: whatever it was, nothing more is made for it here.
    const over = order === null || order.source !== 'server' || order.status === 'closed';
    return accept(over ? [] : [event('work-order.closed', { orderId })]);
  }
  const { materialId, definitionId, revision, quantity, priority, sequence, dueAt, serialPrefix, status, holdReason } =
    sent;
  const now = {
    materialId,
    definitionId,
    revision,
    quantity,
    priority,
    sequence,
    dueAt,
    serialPrefix,
    status,
    holdReason,
  };
  const same =
    order?.source === 'server' && Object.entries(now).every(([key, value]) => order[key as keyof typeof now] === value);
  return accept(same ? [] : [event('work-order.received', { orderId, ...now, documentVersion })]);
}

function receiveBlock(
  { order }: OrderState,
  { orderId, block }: Extract<OrderCommand, { type: 'order.receive-block' }>,
): Decision {
  const { blockId, prefix, from, to, width } = block;
  if (order === null || order.blocks.some((known) => known.blockId === blockId)) return accept([]);
  return accept([event('serial-block.received', { blockId, orderId, prefix, from, to, width })]);
}

/** From the files: what is here already is left as it is (what happened here since wins); only unknown units are added. */
function takeIn(
  { order, unitOrder }: OrderState,
  { orderId, order: source }: Extract<OrderCommand, { type: 'order.import' }>,
  facts: Facts,
): Decision {
  const { material, definition, revision, quantity, priority, due, status, serialPrefix, units } = source;
  const events: DomainEvent[] = [];
  if (order === null)
    events.push(
      event('work-order.created', {
        orderId,
        materialId: material,
        definitionId: definition,
        revision,
        quantity,
        priority,
        dueAt: due === null ? null : Date.parse(due),
        serialPrefix,
        status,
      }),
    );
  for (const { serial, passed, held } of units) {
    if (unitOrder(serial) !== null) continue;
    events.push(
      event('unit.created', {
        serial,
        orderId,
        materialId: order?.materialId ?? material,
        definitionId: order?.definitionId ?? definition,
        revision: order?.revision ?? revision,
        passed: passed.map(({ operation, station, at }) => ({
          operationId: operation,
          stationId: station,
          at: at === null ? null : Date.parse(at),
        })),
      }),
    );
    if (held !== undefined)
      events.push(
        event('unit.held', {
          serial,
          holdId: `${facts.ids.hold}-${events.length}`,
          reason: held,
          executionId: null,
          stepId: null,
          reasons: [],
        }),
      );
  }
  return accept(events);
}
