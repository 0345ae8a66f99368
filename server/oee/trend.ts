/** Figures of a machine over days, weeks and months, and of the shift under way: hours that are summed up, and what is newer. */
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
import { knownOf, readWindow } from './read-window.ts';

/** What is not summed up is computed for an answer; of more than this there is only that it is pending. */
const mostFreshMs = 40 * 86_400_000;

interface Standing {
  readonly fromAt: number;
  readonly untilAt: number;
  readonly pending: boolean;
}

async function standingOf(db: Queries, machineId: string): Promise<Standing | null> {
  const [row] = await db.query<{ from_at: number; until_at: number; pending: boolean }>(
    `SELECT from_at, until_at, EXISTS (SELECT FROM machine_unsummed u WHERE u.machine_id = s.machine_id AND u.from_at < s.until_at)
       AS pending FROM machine_summed s WHERE machine_id = $1 AND time_zone <> ''`,
    [machineId],
  );
  return row === undefined ? null : { fromAt: row.from_at, untilAt: row.until_at, pending: row.pending };
}

const summed = sumColumns.map(({ name }) => `sum(${name})::bigint AS ${name}`).join(', ');

/** @param periods in order. @returns sums of the hours in each that are summed up */
async function readPeriods(
  db: Queries,
  machineId: string,
  periods: readonly { readonly from: number; readonly to: number }[],
): Promise<readonly TrendPeriod[]> {
  const rows = await db.query<
    Readonly<Record<string, unknown>> & { readonly n: number; readonly anew_at: number | null }
  >(
    `SELECT p.n, max(anew_at) AS anew_at, ${summed}
     FROM machine_hour h JOIN unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS p (from_at, to_at, n)
       ON h.hour_at >= p.from_at AND h.hour_at < p.to_at
     WHERE h.machine_id = $1 AND h.hour_at >= $4 AND h.hour_at < $5 GROUP BY p.n`,
    [
      machineId,
      periods.map(({ from }) => from),
      periods.map(({ to }) => to),
      periods[0]?.from ?? 0,
      periods.at(-1)?.to ?? 0,
    ],
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
  const [standing, known] = await Promise.all([standingOf(db, machine.id), knownOf(db, [machine.station], now)]);
  const periods = await readPeriods(db, machine.id, windows);
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
  const facts = await readWindow(db, machine, force.catalogue, { from, to: now }, known);
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
  return Promise.all(
    machines.map(async (machine): Promise<ShiftOee> => {
      const standing = await standingOf(db, machine.id);
      // Whole hours of it are summed up, unless something of them has just changed.
      const firstHour = clockHourOf(window.from, plan.timeZone);
      const next =
        firstHour === window.from ? firstHour : (clockHours(window.from, window.to, plan.timeZone)[1] ?? window.to);
      // Before it was watched nothing is summed up.
      const whole = Math.max(next, Math.min(standing?.fromAt ?? next, now));
      const until = standing === null || standing.pending ? whole : Math.max(whole, standing.untilAt);
      const pieces: Sums[] = [];
      if (until > whole)
        pieces.push(...(await readPeriods(db, machine.id, [{ from: whole, to: until }])).map(({ sums }) => sums));
      const upTo = known.get(machine.station)?.until ?? 0;
      for (const part of [
        { from: window.from, to: Math.min(whole, now) },
        { from: until, to: now },
      ]) {
        if (part.to <= part.from) continue;
        const facts = await readWindow(db, machine, force.catalogue, part, upTo);
        const { spans } = oeeViewOf(machine, { ...part, shift: null }, facts, {
          catalogue: force.catalogue,
          now: part.to,
        });
        pieces.push(sumOf(spans));
      }
      return { machineId: machine.id, shift, sums: addSums(pieces) };
    }),
  );
}
