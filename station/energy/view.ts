/** Energy as the screen sees it. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { EnergyCost, EnergySums, EnergyView, UnitEnergy } from '#contract/rpc/energy.ts';
import type { OeeWindow } from '#contract/rpc/oee.ts';
import { attribute } from '#domain/energy/attribute.ts';
import { inUnit } from '#domain/energy/counter.ts';
import { energyOf, summarise, toldBy } from '#domain/energy/summary.ts';
import type { Facts } from '#domain/facts.ts';
import { tile } from '#domain/machines/series.ts';
import { countsOfUnits } from '#domain/oee/units.ts';
import { windowOf } from '#domain/oee/windows.ts';
import { unitsOnMachine } from '#station/oee/units.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readEnergy } from '#station/store/projections/energy.ts';
import { readCounts, readSlices } from '#station/store/projections/machines.ts';

export interface EnergySources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}
interface Window {
  readonly machineId: string;
  readonly from: number;
  readonly to: number;
}
type Meter = NonNullable<MachineFile['meter']>;

/** null: the machine has no meter, or is watched by another station. */
function meterOf(machineId: string, { catalogue, station }: Facts): { machine: MachineFile; meter: Meter } | null {
  const machine = catalogue.machine(machineId);
  return machine === null || machine.station !== station.id || machine.meter === undefined
    ? null
    : { machine, meter: machine.meter };
}

const toldIn = ({ machineId, from, to }: Window, meter: Meter, read: ReadModelReader): ReturnType<typeof toldBy> =>
  toldBy(meter, readEnergy(read, machineId, from, to));

/** @returns null: this station watches no such meter, or there is no such window */
export function energySummary(
  { machineId, window: asked }: { readonly machineId: string; readonly window: OeeWindow },
  { read, facts }: EnergySources,
): EnergyView | null {
  const window = windowOf(asked, facts.now, facts.catalogue.calendar);
  if (window === null) return null;
  const { from, to: endsAt, shift } = window;
  const to = Math.max(from + 1, Math.min(endsAt, facts.now));
  const sums = energyIn(machineId, { from, to }, { read, facts });
  return sums === null ? null : { ...sums, from, to, endsAt, shift };
}

/** @returns null: this station watches no such meter */
export function energyIn(
  machineId: string,
  { from, to }: Pick<Window, 'from' | 'to'>,
  { read, facts }: EnergySources,
): EnergySums | null {
  const of = meterOf(machineId, facts);
  if (of === null) return null;
  const { machine, meter } = of;
  const slices = tile(machineId, readSlices(read, machineId, from, to), from, to);
  const counts =
    machine.counts === undefined
      ? countsOfUnits(machineId, unitsOnMachine(machine, from, to, { read, facts }), slices)
      : readCounts(read, machineId, from, to);
  const { spans, otherMeter } = toldIn({ machineId, from, to }, meter, read);
  return {
    ...summarise(meter, { from, to }, spans, slices, counts),
    price: meter.price ?? null,
    otherMeter,
  };
}

export function energyCost(window: Window, { read, facts }: EnergySources): EnergyCost | null {
  const of = meterOf(window.machineId, facts);
  if (of === null) return null;
  const { unit, price } = of.meter;
  const used = energyOf(of.meter, window, toldIn(window, of.meter, read).spans);
  const cost = price === undefined ? null : { ...price, amount: used.energy * price.amount };
  return { unit, ...used, cost };
}

interface RunRow {
  readonly executionId: string;
  readonly serial: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
}
const mostUnits = 50;
/** Runs of one station that are looked through: more than a month of them is never asked for. */
const mostRuns = 20_000;

export function unitEnergies(window: Window, { read, facts }: EnergySources): readonly UnitEnergy[] {
  const of = meterOf(window.machineId, facts);
  if (of === null) return [];
  const runs: RunRow[] = [];
  for (let skip = 0; skip < mostRuns && runs.length < mostUnits; skip += 200) {
    const page = read.all<RunRow>(
      `SELECT execution_id AS executionId, serial, json_extract(state, '$.startedAt') AS startedAt, ended_at AS endedAt
       FROM execution WHERE station_id = ? ORDER BY id DESC LIMIT 200 OFFSET ?`,
      facts.station.id,
      skip,
    );
    for (const run of page) if (run.startedAt < window.to && (run.endedAt ?? Infinity) > window.from) runs.push(run);
    if (page.length < 200 || (page.at(-1)?.startedAt ?? 0) < window.from) break;
  }
  const shown = runs.slice(0, mostUnits).reverse();
  const first = shown[0]?.startedAt ?? window.from;
  const { spans } = toldIn({ machineId: window.machineId, from: first, to: facts.now }, of.meter, read);
  let end = -Infinity;
  const slices = shown.map((run) => {
    // One run at a time at a station; a clock that was set back may say otherwise.
    const from = Math.max(run.startedAt, end);
    end = Math.max(from, run.endedAt ?? facts.now);
    return { from, to: end, run };
  });
  return attribute(spans, slices)
    .slices.map(({ slice, steps, knownMs }) => ({
      serial: slice.run.serial,
      executionId: slice.run.executionId,
      from: slice.from,
      to: slice.run.endedAt,
      energy: inUnit(steps, of.meter.step),
      whole: slice.run.endedAt !== null && knownMs >= slice.to - slice.from,
    }))
    .reverse();
}
