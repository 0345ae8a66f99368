/** Refusals of the rules that the stations share, as faults of the plant view. */
import type { PlantFault } from '#contract/plant/base.ts';
import type { PlantFaultCode } from '#contract/plant/fault-codes.ts';
import type { Reason } from '#contract/refusal.ts';

/** The rules' reasons have a text of the plant view each, under the same code. */
export const asPlantFault = ({ code, params }: Reason): PlantFault => ({
  code: code as PlantFaultCode,
  field: null,
  params: Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? value.en : value,
    ]),
  ) as PlantFault['params'],
});
