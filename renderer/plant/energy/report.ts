/** Energy by machine and day as rows, for files. Pure: the words come in. */
import type { Localized } from '#contract/config/text.ts';
import { machineStates, type MachineState } from '#contract/machine-state.ts';
import type { EnergyDay, MachineEnergy, PlantEnergy } from '#contract/plant/energy.ts';
import type { Cell } from '../../ui/xlsx.ts';

export const reportColumns = [
  'line',
  'station',
  'machine',
  'title',
  'day',
  'from',
  'to',
  'unit',
  'energy',
  'open',
  'good',
  'perGood',
  'idle',
  'idleHours',
  'peak',
  'peakAt',
  'price',
  'currency',
  'cost',
  'idleCost',
] as const;
export interface ReportWords {
  readonly columns: Readonly<Record<(typeof reportColumns)[number], string>>;
  /** In place of a day: what was used in outages over a midnight. */
  readonly betweenDays: string;
  state(state: MachineState): string;
  title(title: Localized): string;
}

/** Without the dust of binary fractions. */
const plain = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(6)));

function dayRow({ sums, ...machine }: MachineEnergy, of: EnergyDay, words: ReportWords): readonly Cell[] {
  const { price } = sums;
  return [
    machine.lineId,
    machine.stationId,
    machine.machineId,
    words.title(machine.title),
    of.day,
    { at: of.from },
    { at: of.to },
    sums.unit,
    plain(of.energy),
    plain(of.open),
    of.good,
    plain(of.perGood),
    plain(of.idle.energy),
    plain(of.idle.ms / 3_600_000),
    plain(of.peak?.perHour ?? null),
    of.peak === null ? null : { at: of.peak.from },
    price?.amount ?? null,
    price?.currency ?? null,
    price === null ? null : plain(of.energy * price.amount),
    price === null ? null : plain(of.idle.energy * price.amount),
    ...machineStates.map((state) => plain(of.byState.find((one) => one.state === state)?.energy ?? 0)),
  ];
}

/**
 * A row for each machine and day, and one for what was used in outages over a midnight, so that the column of a machine adds up to
 * what it used in the range. Energy in the meter's unit, peaks in that per hour.
 */
export function reportRows({ machines }: PlantEnergy, words: ReportWords): readonly (readonly Cell[])[] {
  const head = [...reportColumns.map((column) => words.columns[column]), ...machineStates.map(words.state)];
  return [
    head,
    ...machines.flatMap((machine) => {
      const rows = machine.days.map((day) => dayRow(machine, day, words));
      if (machine.betweenDays === 0) return rows;
      const { lineId, stationId, machineId, title, sums, betweenDays } = machine;
      const rest: Cell[] = [lineId, stationId, machineId, words.title(title), words.betweenDays, null, null, sums.unit];
      const { price } = sums;
      const cost = price === null ? null : plain(betweenDays * price.amount);
      rest.push(plain(betweenDays), plain(betweenDays), null, null, null, null, null, null);
      rest.push(price?.amount ?? null, price?.currency ?? null, cost, null, ...machineStates.map(() => null));
      return [...rows, rest];
    }),
  ];
}
