/** The routing of a definition as a graph: operation -> operations that must have passed before. */
import type { Operation } from '#contract/config/definition.ts';

/**
 * @returns each cycle once, as the operations on it in order, beginning with the one that comes first in the file;
 *   operations named in `after` that do not exist are left out.
 */
export function routingCycles(operations: readonly Pick<Operation, 'id' | 'after'>[]): string[][] {
  const after = new Map(operations.map((operation) => [operation.id, operation.after]));
  const finished = new Set<string>();
  const cycles: string[][] = [];

  const visit = (id: string, trail: readonly string[]): void => {
    const at = trail.indexOf(id);
    if (at >= 0) {
      cycles.push(trail.slice(at));
      return;
    }
    if (finished.has(id)) return;
    for (const before of after.get(id) ?? []) if (after.has(before)) visit(before, [...trail, id]);
    finished.add(id);
  };
  for (const { id } of operations) visit(id, []);
  return cycles;
}

/** Operations that can never be reached because they wait, directly or not, for a cycle. */
export function waitingForCycles(operations: readonly Pick<Operation, 'id' | 'after'>[]): string[] {
  const onCycle = new Set(routingCycles(operations).flat());
  const waiting = new Set(onCycle);
  for (let grown = true; grown;) {
    grown = false;
    for (const { id, after } of operations) {
      if (!waiting.has(id) && after.some((before) => waiting.has(before))) {
        waiting.add(id);
        grown = true;
      }
    }
  }
  return [...waiting].filter((id) => !onCycle.has(id));
}
