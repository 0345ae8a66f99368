/** Orders and the units made for them. */
import { event } from '#contract/events/index.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { OrderCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { orderStatusAfter, serialOf, type Order, type OrderStep } from './order.ts';

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
      next: order.status === 'released' ? [] : [next('release-order', { order: orderId })],
    });
  // Another order may use the same prefix: the next number that no unit has.
  let number = order.lastNumber + 1;
  while (unitOrder(serialOf(order, number)) !== null) number += 1;
  const serial = serialOf(order, number);
  const { materialId, definitionId, revision } = order;
  return accept([event('unit.created', { serial, orderId, materialId, definitionId, revision, passed: [] })], {
    serial,
  });
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
