/** The ideal rate of what runs on a machine. */
import type { MachineFile, MachineRate } from '#contract/config/machines.ts';

/** @returns the rate of this definition, else the one for everything; null: none is told */
export const rateOf = ({ rates }: Pick<MachineFile, 'rates'>, definitionId: string | null): MachineRate | null =>
  (definitionId === null ? undefined : rates.find(({ definition }) => definition === definitionId)) ??
  rates.find(({ definition }) => definition === undefined) ??
  null;
