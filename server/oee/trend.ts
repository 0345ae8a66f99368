/** Figures of a machine over days, weeks and months, and of the shift under way: hours that are summed up, and what is newer. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MachineFile } from '#contract/config/machines.ts';
import type { AnewReason, ShiftOee, ToldAnew, TrendPeriod, TrendStep, TrendView } from '#contract/plant/oee.ts';
import type { Sums } from '#contract/rpc/oee.ts';
import { clockHourOf, clockHours } from '#domain/oee/calendar.ts';
import { periodsOf } from '#domain/oee/periods.ts';
import { hourSums } from '#domain/oee/rollup.ts';
import { addSums, emptySums, sumOf } from '#domain/oee/sums.ts';
import { oeeViewOf } from '#domain/oee/view.ts';
import { shiftRows, windowOf } from '#domain/oee/windows.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { sumColumns, sumsOfRow } from './columns.ts';
import { paramsOf, stretches, type Stretch } from '../machines/read-time.ts';
import { knownOf, readWindow, readWindows, type Window } from './read-window.ts';

/** What is not summed up is computed for an answer; of more than this there is only that it is pending. */
const mostFreshMs = 40 * 86_400_000;

interface Standing {
  readonly fromAt: number;
  readonly untilAt: number;
  readonly pending: boolean;
}

/** Machines whose sums nobody began are left out. */
async function standingsOf(db: Queries, machineIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  const rows = await db.query<{ machine_id: string; from_at: number; until_at: number; pending: boolean }>(
    `SELECT machine_id, from_at, until_at,
       EXISTS (SELECT FROM machine_unsummed u WHERE u.machine_id = s.machine_id AND u.from_at < s.until_at) AS pending
     FROM machine_summed s WHERE machine_id = ANY($1) AND time_zone <> ''`,
    [[...machineIds]],
  );
  return new Map(
    rows.map((row) => [row.machine_id, { fromAt: row.from_at, untilAt: row.until_at, pending: row.pending }]),
  );
}

const summed = sumColumns.map(({ name }) => `sum(${name})::bigint AS ${name}`).join(', ');

/** @returns sums of the hours in each that are summed up, in their order */
async function readPeriods(db: Queries, periods: readonly Stretch[]): Promise<readonly TrendPeriod[]> {
  const rows = await db.query<
    Readonly<Record<string, unknown>> & { readonly n: number; readonly anew_at: number | null }
  >(
    `SELECT a.n, h.* FROM ${stretches} JOIN LATERAL (
       SELECT max(anew_at) AS anew_at, ${summed} FROM machine_hour
       WHERE machine_id = a.machine_id AND hour_at >= a.from_at AND hour_at < a.to_at HAVING count(*) > 0) h ON true`,
    paramsOf(periods),
  );
  const found = new Map(rows.map((row) => [row.n, row]));
  return periods.map(({ from, to }, at) => {
    const row = found.get(at + 1);
    return { from, to, sums: row === undefined ? emptySums() : sumsOfRow(row), anewAt: row?.anew_at ?? null };
  });
}

async function readAnew(
  db: Queries,
  machineId: string,
  from: number,
  to: number,
  timeZone: string,
): Promise<readonly ToldAnew[]> {
  const rows = await db.query<{ at: number; why: AnewReason; first: number; last: number; hours: number }>(
    `SELECT anew_at AS at, anew_why AS why, min(hour_at) AS first, max(hour_at) AS last, count(DISTINCT hour_at)::int AS hours
     FROM machine_hour WHERE machine_id = $1 AND hour_at >= $2 AND hour_at < $3 AND anew_at IS NOT NULL
     GROUP BY anew_at, anew_why ORDER BY anew_at DESC, anew_why LIMIT 50`,
    [machineId, from, to],
  );
  return rows.map(({ first, last, ...row }) => ({
    ...row,
    from: first,
    to: clockHours(last, last + 2 * 3_600_000, timeZone)[1] ?? last + 3_600_000,
  }));
}

/** @param step and how many periods, the one under way among them. @param now UTC ms */
export async function readTrend(
  db: Queries,
  force: InForce,
  machine: MachineFile,
  { step, count }: { readonly step: TrendStep; readonly count: number },
  now: number,
): Promise<TrendView> {
  const { timeZone } = force.catalogue.calendar;
  const windows = periodsOf(step, count, now, timeZone);
  const first = windows[0]?.from ?? now;
  const [standings, known] = await Promise.all([standingsOf(db, [machine.id]), knownOf(db, [machine.station], now)]);
  const standing = standings.get(machine.id) ?? null;
  const periods = await readPeriods(
    db,
    windows.map((window) => ({ ...window, machineId: machine.id })),
  );
  const from = Math.max(first, standing?.untilAt ?? now);
  const isFresh = now - from <= mostFreshMs;
  const fresh =
    isFresh && from < now
      ? await freshHours(db, force, machine, from, now, known.get(machine.station)?.until ?? 0)
      : [];
  return {
    machineId: machine.id,
    title: machine.title,
    timeZone,
    step,
    periods: periods.map((period) => {
      const newer = fresh.filter(({ hourAt }) => hourAt >= period.from && hourAt < period.to);
      return newer.length === 0
        ? period
        : { ...period, sums: addSums([period.sums, ...newer.map(({ sums }) => sums)]) };
    }),
    watchedFrom: standing?.fromAt ?? null,
    summedUntil: standing?.untilAt ?? null,
    pending: standing === null || standing.pending || !isFresh,
    anew: await readAnew(db, machine.id, first, now, timeZone),
  };
}

async function freshHours(
  db: Queries,
  force: InForce,
  machine: MachineFile,
  from: number,
  now: number,
  known: number,
): Promise<readonly { readonly hourAt: number; readonly sums: Sums }[]> {
  const facts = await readWindow(db, force.catalogue, { machine, from, to: now, known });
  const { spans } = oeeViewOf(machine, { from, to: now, shift: null }, facts, { catalogue: force.catalogue, now });
  return hourSums(spans, clockHours(from, now, force.catalogue.calendar.timeZone));
}

/** The shift under way of these machines; between shifts, the time since the last one. @param now UTC ms */
export async function readShiftNow(
  db: Queries,
  force: InForce,
  machines: readonly MachineFile[],
  now: number,
): Promise<readonly ShiftOee[]> {
  const plan = force.catalogue.calendar;
  const window = windowOf({ kind: 'shift', key: null }, now, plan);
  const [row] = shiftRows(now, plan, 1);
  const shift = row !== undefined && row.from <= now && now < row.to ? row : null;
  if (window === null) return machines.map(({ id }) => ({ machineId: id, shift: null, sums: emptySums() }));
  const known = await knownOf(db, [...new Set(machines.map(({ station }) => station))], now);
  const standings = await standingsOf(
    db,
    machines.map(({ id }) => id),
  );
  // Whole hours of it are summed up, unless something of them has just changed.
  const firstHour = clockHourOf(window.from, plan.timeZone);
  const next =
    firstHour === window.from ? firstHour : (clockHours(window.from, window.to, plan.timeZone)[1] ?? window.to);
  const whole: Stretch[] = [];
  const parts: Window[] = [];
  for (const machine of machines) {
    const standing = standings.get(machine.id) ?? null;
    // Before it was watched nothing is summed up.
    const from = Math.max(next, Math.min(standing?.fromAt ?? next, now));
    const to = standing === null || standing.pending ? from : Math.max(from, standing.untilAt);
    if (to > from) whole.push({ machineId: machine.id, from, to });
    for (const part of [
      { from: window.from, to: Math.min(from, now) },
      { from: to, to: now },
    ])
      if (part.to > part.from) parts.push({ machine, ...part, known: known.get(machine.station)?.until ?? 0 });
  }
  const hours = await readPeriods(db, whole);
  const facts = await readWindows(db, force.catalogue, parts);
  const pieces = new Map(machines.map(({ id }): [string, Sums[]] => [id, []]));
  for (const [at, { sums }] of hours.entries()) pieces.get(whole[at]?.machineId ?? '')?.push(sums);
  for (const [at, one] of facts.entries()) {
    const part = parts[at];
    if (part === undefined) continue;
    // Others get their turn: a hundred machines take a tenth of a second.
    if (at % 10 === 9) await nextTurn();
    const { machine, from, to } = part;
    const { spans } = oeeViewOf(machine, { from, to, shift: null }, one, { catalogue: force.catalogue, now: to });
    pieces.get(machine.id)?.push(sumOf(spans));
  }
  return machines.map(({ id }) => ({
    machineId: id,
    shift,
    sums: addSums(pieces.get(id) ?? []),
  }));
}
