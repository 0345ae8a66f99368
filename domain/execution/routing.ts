/** Where a unit stands in its routing, and which operation is next at a station. */
import type { Operation } from '#contract/config/definition.ts';
import type { ProcessDefinition } from '#contract/config/definition.ts';
import type { Unit } from '#domain/units/unit-state.ts';

type Stand = Pick<Unit, 'passed' | 'open'>;

const isPassed = (unit: Pick<Unit, 'passed'>, operationId: string): boolean =>
  unit.passed.some((p) => p.operationId === operationId);

/** Operations that must pass before and have not. */
export function openBefore(
  definition: ProcessDefinition,
  operation: Operation,
  unit: Pick<Unit, 'passed'>,
): Operation[] {
  return operation.after.flatMap((id) => {
    if (isPassed(unit, id)) return [];
    const before = definition.operations.find((o) => o.id === id);
    return before === undefined ? [] : [before];
  });
}

export function readyOperations(definition: ProcessDefinition, unit: Pick<Unit, 'passed'>): Operation[] {
  return definition.operations.filter((o) => !isPassed(unit, o.id) && openBefore(definition, o, unit).length === 0);
}

export const allPassed = (definition: ProcessDefinition, unit: Pick<Unit, 'passed'>): boolean =>
  definition.operations.every((o) => isPassed(unit, o.id));

/**
 * The operation a person means who scans this unit here: the first that can run here; else the first that belongs here
 * but waits for another; else, when nothing is left for this station, what is next elsewhere.
 */
export function meantOperation(definition: ProcessDefinition, unit: Stand, stationId: string): Operation | null {
  const open = definition.operations.filter((o) => !isPassed(unit, o.id));
  const here = open.filter((o) => o.stations.includes(stationId));
  return (
    here.find((o) => openBefore(definition, o, unit).length === 0) ??
    here[0] ??
    readyOperations(definition, unit)[0] ??
    open[0] ??
    null
  );
}

/** What was passed here last, for "this was already done here". */
export function passedHere(
  definition: ProcessDefinition,
  unit: Pick<Unit, 'passed'>,
  stationId: string,
): { readonly operation: Operation; readonly at: number | null } | null {
  const done = definition.operations.filter((o) => o.stations.includes(stationId) && isPassed(unit, o.id));
  const last = done.at(-1);
  return last === undefined
    ? null
    : { operation: last, at: unit.passed.find((p) => p.operationId === last.id)?.at ?? null };
}
