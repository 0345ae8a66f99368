/** Energy of machines over days, as the plant view sees it: the told energy laid over the slices as they are told now. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { EnergyDay, MachineEnergy, PlantEnergy } from '#contract/plant/energy.ts';
import type { Slice as Window } from '#domain/energy/attribute.ts';
import { inUnit } from '#domain/energy/counter.ts';
import { summarise, toldBy, type EnergySummary, type Meter } from '#domain/energy/summary.ts';
import { tile } from '#domain/machines/series.ts';
import { endOfLocalDay, localDay, startOfLocalDay } from '#domain/people/local-day.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { readCounts, readSlices } from '../machines/read-time.ts';
import type { Sight } from '../rpc/sight.ts';

interface Row extends Meter {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly openSteps: number;
}

/** What touches `from` to `to` (outside), UTC ms, oldest first, none overlapping the next. */
export async function readEnergy(db: Queries, machineId: string, from: number, to: number): Promise<readonly Row[]> {
  const rows = await db.query<Row>(
    `SELECT from_at AS "from", to_at AS "to", steps, open_steps AS "openSteps", step, unit FROM machine_energy
     WHERE machine_id = $1 AND from_at < $3 AND to_at > $2 AND from_at >= coalesce(
       (SELECT max(from_at) FROM machine_energy WHERE machine_id = $1 AND from_at <= $2), $2)
     ORDER BY from_at, to_at`,
    [machineId, from, to],
  );
  let end = -Infinity;
  // A station that was put back tells some of its time twice, and the meter counted once.
  return rows.filter((row) => row.from >= end && ((end = row.to), true));
}

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
  const [told, slices, counts] = await Promise.all([
    readEnergy(db, machineId, range.from, range.to),
    readSlices(db, machineId, range.from, range.to),
    machine.counts === undefined ? null : readCounts(db, machineId, range.from, range.to),
  ]);
  const { spans, otherMeter } = toldBy(meter, told);
  /** Of what touches the window: a day need not look through a month. */
  const touching =
    <T>(from: (one: T) => number, to: (one: T) => number) =>
    (window: Window) =>
    (one: T): boolean =>
      from(one) < window.to && to(one) > window.from;
  const timed = touching<Window>(
    (one) => one.from,
    (one) => one.to,
  );
  const sliced = touching<(typeof slices)[number]>(
    ({ beganAt }) => beganAt,
    ({ endAt }) => endAt ?? Infinity,
  );
  const summed = (window: Window): EnergySummary =>
    summarise(
      meter,
      window,
      spans.filter(timed(window)),
      tile(machineId, slices.filter(sliced(window)), window.from, window.to),
      counts?.filter(timed(window)) ?? null,
    );
  const { quarters: _quarters, byOrder: _orders, ...sums } = summed(range);
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
    sums: { ...sums, price: meter.price ?? null, otherMeter },
    days: byDay,
    betweenDays: inUnit(rest, meter.step),
  };
}
