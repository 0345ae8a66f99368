/** A refusal on its way out of a transaction: thrown so that everything is undone, answered as `PlantOutcome`. */
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import type { PlantFaultCode } from '#contract/plant/fault-codes.ts';

export class Refused extends Error {
  readonly faults: readonly PlantFault[];
  constructor(faults: readonly PlantFault[]) {
    super(faults.map(({ code }) => code).join(', '));
    this.name = 'Refused';
    this.faults = faults;
  }
}

/** @throws Refused always; `plant_reason_<code>` in the catalogue says it. */
export function refuse(code: PlantFaultCode, params: PlantFault['params'] = {}, field: string | null = null): never {
  throw new Refused([{ code, params, field }]);
}

/** The value of an outcome. @throws Refused where there is none, which undoes the transaction around it. */
export function accepted<T>(outcome: PlantOutcome<T>): T {
  if (!outcome.ok) throw new Refused(outcome.faults);
  return outcome.value;
}
