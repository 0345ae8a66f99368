/** Machines by their lines, with sums of what can be added up. Pure. */
import type { MachineEnergy } from '#contract/plant/energy.ts';

export interface EnergyTotal {
  /** null: meters of different units; then the amounts are of nothing. */
  readonly unit: string | null;
  readonly energy: number;
  readonly idle: { readonly energy: number; readonly ms: number };
  /** Of the idle waste; null: not every machine has a price in the same currency. */
  readonly idleCost: { readonly amount: number; readonly currency: string } | null;
}
export interface LineEnergy extends EnergyTotal {
  /** null: machines of stations that are on no line. */
  readonly lineId: string | null;
  readonly machines: readonly MachineEnergy[];
}

export function totalOf(machines: readonly MachineEnergy[]): EnergyTotal {
  const [first] = machines;
  const same = first !== undefined && machines.every(({ sums }) => sums.unit === first.sums.unit);
  const sum = (of: (machine: MachineEnergy) => number): number =>
    same ? Number(machines.reduce((all, machine) => all + of(machine), 0).toFixed(6)) : 0;
  const currency = first?.sums.price?.currency;
  const priced = same && currency !== undefined && machines.every(({ sums }) => sums.price?.currency === currency);
  return {
    unit: same ? first.sums.unit : null,
    energy: sum(({ sums }) => sums.energy),
    idle: { energy: sum(({ sums }) => sums.idle.energy), ms: sum(({ sums }) => sums.idle.ms) },
    idleCost: priced ? { currency, amount: sum(({ sums }) => sums.idle.energy * (sums.price?.amount ?? 0)) } : null,
  };
}

/** In the order in which the machines come. */
export const byLine = (machines: readonly MachineEnergy[]): readonly LineEnergy[] =>
  [...Map.groupBy(machines, ({ lineId }) => lineId)].map(([lineId, own]) => ({
    lineId,
    machines: own,
    ...totalOf(own),
  }));
