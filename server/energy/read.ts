/** Energy of machines over days, as the plant view sees it: the told energy laid over the slices as they are told now. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { EnergyDay, MachineEnergy, PlantEnergy } from '#contract/plant/energy.ts';
import type { Slice as Window } from '#domain/energy/attribute.ts';
import { inUnit } from '#domain/energy/counter.ts';
import { addParts, withOutages, type Outage } from '#domain/energy/parts.ts';
import { figuresOf, toldBy } from '#domain/energy/summary.ts';
import { tile } from '#domain/machines/series.ts';
import { endOfLocalDay, localDay, startOfLocalDay } from '#domain/people/local-day.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { readSlices } from '../machines/read-time.ts';
import { keptOf } from '../oee/kept.ts';
import type { Sight } from '../rpc/sight.ts';
import { partsOfFacts, readHours, type Stretch } from './hours.ts';
import { readOutages } from './read-told.ts';

interface Day extends Window {
  readonly day: string;
}

/** Days of the plant that have begun. @param from `YYYY-MM-DD`, like `to`; both inside. */
function daysOf(from: string, to: string, now: number, timeZone: string): readonly Day[] {
  const days: Day[] = [];
  for (let day = from; day <= to; day = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)) {
    const begin = startOfLocalDay(day, timeZone);
    if (begin < now) days.push({ day, from: begin, to: Math.min(endOfLocalDay(day, timeZone) + 1, now) });
  }
  return days;
}

/**
 * @param asked days of the plant's calendar, `YYYY-MM-DD`, both inside
 * @param now UTC ms by the server's clock
 */
export async function energyOverview(
  db: Queries,
  force: InForce,
  asked: { readonly from: string; readonly to: string },
  now: number,
  { stations }: Sight,
): Promise<PlantEnergy> {
  const { machines, plant } = force.catalogue;
  const days = daysOf(asked.from, asked.to, now, plant.timeZone);
  const from = startOfLocalDay(asked.from, plant.timeZone);
  const to = days.at(-1)?.to ?? from;
  const shown: MachineEnergy[] = [];
  // One after the other: what is summed up of one is let go before the next, and others get their turn.
  for (const machine of machines) {
    if (machine.meter === undefined || (stations !== null && !stations.includes(machine.station))) continue;
    shown.push(await ofMachine(db, machine, machine.meter, { from, to }, days, force));
  }
  const lines = force.configuration.lines.map(({ id }) => id);
  const place = ({ lineId }: MachineEnergy): number => (lineId === null ? lines.length : lines.indexOf(lineId));
  return {
    from,
    to,
    timeZone: plant.timeZone,
    today: localDay(now, plant.timeZone),
    machines: shown.toSorted((a, b) => place(a) - place(b)),
  };
}

async function ofMachine(
  db: Queries,
  machine: MachineFile,
  meter: NonNullable<MachineFile['meter']>,
  range: Window,
  days: readonly Day[],
  force: InForce,
): Promise<MachineEnergy> {
  const { id: machineId } = machine;
  const kept = await keptOf(db, machine, force, range);
  const before = days.flatMap(({ from, to }) => stretch(from, Math.min(to, kept.from)));
  const after = days.flatMap(({ from, to }) => stretch(Math.max(from, kept.to), to));
  const parts = [
    ...(await partsOfFacts(db, machine, force.catalogue, meter, before)),
    ...(await readHours(db, machineId, kept)),
    ...(await partsOfFacts(db, machine, force.catalogue, meter, after)),
  ];
  const outages = await outagesBetween(db, machineId, meter, range, parts);
  const within =
    ({ from, to }: Window) =>
    (one: Window): boolean =>
      one.from >= from && one.to <= to;
  const summed = (window: Window) => {
    const sum = addParts(parts.filter(within(window)).map(({ part }) => part));
    const none = machine.counts === undefined ? null : { produced: 0, good: null, scrap: null };
    return figuresOf(meter, withOutages({ ...sum, pieces: sum.pieces ?? none }, outages.filter(within(window))));
  };
  const sums = summed(range);
  const byDay = days.map((window): EnergyDay => {
    const { energy, open, byState, good, perGood, idle, peak } = summed(window);
    return { ...window, energy, open, byState, good, perGood, idle, peak };
  });
  const inSteps = (energy: number): number => Math.round(energy / meter.step);
  const rest = byDay.reduce((steps, { energy }) => steps - inSteps(energy), inSteps(sums.energy));
  return {
    machineId,
    title: machine.title,
    stationId: machine.station,
    lineId: force.lineOf(machine.station)?.id ?? null,
    sums: { ...sums, price: meter.price ?? null, otherMeter: parts.some(({ otherMeter }) => otherMeter) },
    days: byDay,
    betweenDays: inUnit(rest, meter.step),
  };
}

const stretch = (from: number, to: number): readonly Stretch[] => (to > from ? [{ from, to }] : []);

/** Outages that are in none of the parts, because they lie over a border between two of them. */
async function outagesBetween(
  db: Queries,
  machineId: string,
  meter: NonNullable<MachineFile['meter']>,
  range: Window,
  parts: readonly Window[],
): Promise<readonly Outage[]> {
  const all = toldBy(meter, await readOutages(db, machineId, range.from, range.to)).spans;
  const between = all.filter((one) => !parts.some(({ from, to }) => one.from >= from && one.to <= to));
  const placed: Outage[] = [];
  for (const { from, to, steps } of between) {
    const [tiled, second] = tile(machineId, await readSlices(db, machineId, from, to), from, to);
    placed.push({ from, to, steps, state: second === undefined ? (tiled?.state ?? null) : null });
  }
  return placed;
}
