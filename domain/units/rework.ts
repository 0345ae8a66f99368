/**
 * Which passes of a unit count. A rework order ends the passes of its operations and of all that come after them; a pass
 * counts again only when its run was begun knowing of the order. That does not depend on the order in which things are
 * heard, nor on clocks: an order beats every pass that was made without it, at any station, and one run that knew of two
 * orders meets both.
 */
import type { Operation, ProcessDefinition } from '#contract/config/definition.ts';
import type { Passport, PassportRework } from '#contract/passport.ts';

type Orders = readonly Pick<PassportRework, 'reworkId' | 'ends' | 'operations'>[];
type Knowing = readonly string[] | undefined;

const knew = (reworks: Knowing, order: Pick<PassportRework, 'reworkId'>): boolean =>
  reworks?.includes(order.reworkId) ?? false;

export const passCounts = (
  pass: { readonly operationId: string; readonly reworks?: Knowing },
  orders: Orders,
): boolean => orders.every((order) => !order.ends.includes(pass.operationId) || knew(pass.reworks, order));

/** A completion counts when nothing was ordered again that it did not know of. */
export const completionCounts = (reworks: Knowing, orders: Orders): boolean =>
  orders.every((order) => knew(reworks, order));

/** The completion of a passport, null: none that counts. */
export function completionOf({ completed, reworks }: Pick<Passport, 'completed' | 'reworks'>): Passport['completed'] {
  return completed !== null && completionCounts(completed.reworks, reworks ?? []) ? completed : null;
}

/** What a run that begins now knows, for its facts; sorted. */
export function knownReworks(orders: Orders): { readonly reworks?: string[] } {
  return orders.length === 0 ? {} : { reworks: orders.map(({ reworkId }) => reworkId).sort() };
}

/** Orders that the passes meet: all that they ordered has passed again. */
export const isReworked = (
  order: Orders[number],
  passed: readonly { readonly operationId: string; readonly reworks?: Knowing }[],
): boolean =>
  order.operations.every((id) => passed.some((pass) => pass.operationId === id && knew(pass.reworks, order)));

/** @returns these operations and all that come after them, in the order of the definition. */
export function endedBy(operations: readonly string[], definition: Pick<ProcessDefinition, 'operations'>): string[] {
  const ends = new Set(operations);
  for (let grown = true; grown;) {
    const before = ends.size;
    for (const { id, after } of definition.operations) if (after.some((each) => ends.has(each))) ends.add(id);
    grown = ends.size > before;
  }
  return definition.operations.filter(({ id }) => ends.has(id)).map(({ id }) => id);
}

/** How often an operation of the unit was ordered again. */
export const timesReworked = (orders: Orders, operationId: string): number =>
  orders.filter(({ operations }) => operations.includes(operationId)).length;

/** The orders that make an operation of the unit rework now: it has no pass that counts because of them. */
export const reworkOf = (
  unit: { readonly reworks: readonly PassportRework[] },
  { id }: Pick<Operation, 'id'>,
): readonly PassportRework[] => unit.reworks.filter(({ ends }) => ends.includes(id));
