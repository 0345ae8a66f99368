/**
 * Sums up machines' time by hour (`machine_hour`), and anew where something of it changed: a machine at a time, some days in one
 * transaction, under the lock of its row in `machine_summed`, so that any number of instances share the work. What changes
 * meanwhile is marked again by whoever changes it (unsummed.ts) and is summed up in the next round.
 */
import { createHash } from 'node:crypto';
import type { MachineFile } from '#contract/config/machines.ts';
import { anewReasons, type AnewReason } from '#contract/plant/oee.ts';
import { calendarSpans, clockHourOf, clockHours } from '#domain/oee/calendar.ts';
import { hourSums, settledUntil, type HourSums } from '#domain/oee/rollup.ts';
import { counterOf, operationsOnMachine } from '#domain/oee/units.ts';
import { oeeViewOf } from '#domain/oee/view.ts';
import type { InForce } from '../configuration.ts';
import type { Db, Queries } from '../db/db.ts';
import { keepHours } from '../energy/hours.ts';
import { sumColumns, sumsOfRow } from './columns.ts';
import { knownOf, readWindow, wholeStopsOf, type Known } from './read-window.ts';
import { joined } from './unsummed.ts';

const dayMs = 86_400_000;
/** One transaction: bounds its memory, and how long it holds its lock. */
const chunkMs = 7 * dayMs;
/** Counts of an hour's last minute are on their way when it ends. */
const settleMs = 300_000;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly why: AnewReason;
}
interface Summed {
  readonly from_at: number;
  readonly until_at: number;
  readonly time_zone: string;
  readonly made_by: string;
}

/** Of the sums; another one makes all hours anew. */
const sumsVersion = 3;

interface Mark {
  readonly number: number;
  readonly from_at: number;
  readonly to_at: number;
  readonly why: AnewReason;
  /** Widened to whole stops already: what is left of a longer time. Widened again it would never end where a stop is longer than a piece. */
  readonly whole: boolean;
}

/** Names everything but facts that sums of a machine rest on. Reasons are not among it: a fact says what its reason meant. */
export function madeBy(machine: MachineFile, { catalogue }: InForce): string {
  const { shifts, holidays, planned } = catalogue.calendar;
  const lineId = catalogue.lineOf(machine.station)?.id ?? null;
  return createHash('sha256')
    .update(
      JSON.stringify([
        sumsVersion,
        shifts,
        holidays,
        planned,
        lineId,
        machine.rates,
        machine.stops.microUnderMs,
        counterOf(machine),
        operationsOnMachine(machine, catalogue),
        machine.meter === undefined ? null : [machine.meter.unit, machine.meter.step],
        machine.counts !== undefined,
      ]),
    )
    .digest('hex')
    .slice(0, 16);
}

/** One piece of work for a machine. @returns whether anything was done; false: nothing to do, or another instance is at it */
export async function sumUp(db: Db, force: InForce, machine: MachineFile, now: number): Promise<boolean> {
  const [known] = (await knownOf(db, [machine.station], now)).values();
  if (known === undefined || known.catchingUp) return false;
  return db.transaction((tx) => sumUpChunk(tx, force, machine, now, known));
}

async function sumUpChunk(
  tx: Queries,
  force: InForce,
  machine: MachineFile,
  now: number,
  known: Known,
): Promise<boolean> {
  const { id } = machine;
  const { timeZone } = force.catalogue.calendar;
  const by = madeBy(machine, force);
  await tx.execute(
    `INSERT INTO machine_summed (machine_id, from_at, until_at, time_zone, made_by)
     SELECT $1, 0, 0, '', '' WHERE EXISTS (SELECT FROM machine_slice WHERE machine_id = $1) ON CONFLICT DO NOTHING`,
    [id],
  );
  const [held] = await tx.query<Summed>(
    `SELECT from_at, until_at, time_zone, made_by FROM machine_summed WHERE machine_id = $1 FOR UPDATE SKIP LOCKED`,
    [id],
  );
  if (held === undefined) return false;
  const marks = await tx.query<Mark>(
    'SELECT number, from_at, to_at, why, whole FROM machine_unsummed WHERE machine_id = $1',
    [id],
  );
  const [first] = await tx.query<{ at: number | null }>(
    'SELECT min(began_at) AS at FROM machine_slice WHERE machine_id = $1',
    [id],
  );
  if (first?.at === null || first === undefined) return false;
  let { from_at: from, until_at: until } = held;
  const begin = clockHourOf(first.at, timeZone);
  const restart = held.time_zone !== timeZone;
  const stale: Range[] = [];
  if (restart) {
    // Hours of other clocks do not fit between these.
    await tx.execute('DELETE FROM machine_hour WHERE machine_id = $1', [id]);
    await tx.execute('DELETE FROM machine_energy_hour WHERE machine_id = $1', [id]);
    [from, until] = [begin, begin];
  } else if (held.made_by !== by) stale.push({ from, to: until, why: 'configuration' });
  // It was watched earlier than anybody knew: from then on everything is new.
  if (begin < from) stale.push({ from: begin, to: from, why: 'machine' });
  from = Math.min(from, begin);
  for (const { from_at, to_at, why } of marks.filter(({ whole }) => whole))
    if (from_at < until) stale.push({ from: from_at, to: Math.min(to_at, until), why });
  for (const why of anewReasons)
    for (const mark of joined(
      marks.filter((each) => each.why === why && !each.whole).map((m) => ({ from: m.from_at, to: m.to_at })),
    )) {
      if (mark.from >= until) continue;
      const [whole = mark] = await wholeStopsOf(tx, [{ machineId: id, from: mark.from, to: Math.min(mark.to, until) }]);
      const to = Math.min(Math.max(whole.to, mark.from + 1), until);
      stale.push({ from: Math.max(whole.from, from), to, why });
    }
  const again = rangesOf(stale, until, timeZone);
  const upTo = Math.min(known.until, now - settleMs);
  const isDue = again.length === 0 && clockHourOf(upTo, timeZone) > until;
  const target = isDue ? await settled(tx, force, machine, upTo) : until;
  const work = again[0] ?? (target > until ? { from: until, to: target, why: null } : null);
  if (work === null) {
    if (marks.length === 0 && !restart) return false;
  } else {
    const to = Math.min(work.to, clockHourOf(work.from + chunkMs, timeZone));
    await remake(tx, force, machine, { from: work.from, to, why: work.why }, { now, known: known.until });
    await keepHours(tx, machine, force.catalogue, clockHours(work.from, to, timeZone), to);
    if (work.why === null) until = to;
    const rest = [{ ...work, from: to }, ...again.slice(1)].flatMap(({ why, ...range }) =>
      why === null || range.to <= range.from ? [] : [{ ...range, why }],
    );
    for (const range of rest)
      await tx.execute(
        'INSERT INTO machine_unsummed (machine_id, from_at, to_at, why, whole) VALUES ($1, $2, $3, $4, true)',
        [id, range.from, range.to, range.why],
      );
  }
  await tx.execute('DELETE FROM machine_unsummed WHERE number = ANY($1)', [marks.map((mark) => mark.number)]);
  await tx.execute(
    'UPDATE machine_summed SET from_at = $2, until_at = $3, time_zone = $4, made_by = $5 WHERE machine_id = $1',
    [id, from, until, timeZone, by],
  );
  return work !== null;
}

/** Whole hours, each once, oldest first; where two reasons meet, the first of `anewReasons` is told. */
function rangesOf(stale: readonly Range[], until: number, timeZone: string): readonly Range[] {
  const ranges: Range[] = [];
  const rank = ({ why }: Range): number => anewReasons.indexOf(why);
  for (const { from, to, why } of stale.toSorted((a, b) => a.from - b.from || rank(a) - rank(b))) {
    const begin = Math.max(clockHourOf(from, timeZone), ranges.at(-1)?.to ?? -Infinity);
    const [hour = to] = clockHours(to - 1, to, timeZone);
    const [, next = until] = clockHours(hour, hour + dayMs, timeZone);
    const end = Math.min(next, until);
    if (end > begin) ranges.push({ from: begin, to: end, why });
  }
  return ranges;
}

/** Up to which hour nothing changes by time alone. */
async function settled(tx: Queries, force: InForce, machine: MachineFile, known: number): Promise<number> {
  const { calendar } = force.catalogue;
  const { slices } = await readWindow(tx, force.catalogue, { machine, from: known - 1, to: known, known });
  const from = Math.min(slices[0]?.beganAt ?? known, known - 1);
  const place = { machineId: machine.id, lineId: force.catalogue.lineOf(machine.station)?.id ?? null };
  const spans = calendarSpans(from, Math.max(known, from + 1), calendar, place);
  return settledUntil(slices, spans, known, machine.stops.microUnderMs, calendar.timeZone);
}

/** Sums of whole hours as the rules make them. @param range hours of the plant's clock, UTC ms */
export async function sumsOfHours(
  db: Queries,
  force: InForce,
  machine: MachineFile,
  { from, to }: { readonly from: number; readonly to: number },
  known: number,
): Promise<readonly HourSums[]> {
  const facts = await readWindow(db, force.catalogue, { machine, from, to, known });
  const { spans } = oeeViewOf(machine, { from, to, shift: null }, facts, { catalogue: force.catalogue, now: to });
  return hourSums(spans, clockHours(from, to, force.catalogue.calendar.timeZone));
}

const columns = ['hour_at', 'shift_key', 'order_id', ...sumColumns.map(({ name }) => name)];

async function remake(
  tx: Queries,
  force: InForce,
  machine: MachineFile,
  range: { readonly from: number; readonly to: number; readonly why: AnewReason | null },
  at: { readonly now: number; readonly known: number },
): Promise<void> {
  const made = Map.groupBy(await sumsOfHours(tx, force, machine, range, at.known), ({ hourAt }) => hourAt);
  const before = Map.groupBy(
    await tx.query<Readonly<Record<string, unknown>> & { readonly hour_at: number }>(
      `SELECT ${columns.join(', ')} FROM machine_hour WHERE machine_id = $1 AND hour_at >= $2 AND hour_at < $3`,
      [machine.id, range.from, range.to],
    ),
    ({ hour_at }) => hour_at,
  );
  const changed = [...made].filter(([hour, rows]) => nameOf(rows) !== nameOf((before.get(hour) ?? []).map(hourOfRow)));
  const anew = ({ hourAt }: HourSums): boolean => range.why !== null && before.has(hourAt);
  const hours = changed.map(([hour]) => hour);
  const rows = changed.flatMap(([, of]) => of);
  await tx.execute('DELETE FROM machine_hour WHERE machine_id = $1 AND hour_at = ANY($2)', [machine.id, hours]);
  if (rows.length === 0) return;
  const bigints = sumColumns.map((_, n) => `$${n + 7}::bigint[]`);
  await tx.execute(
    `INSERT INTO machine_hour (machine_id, anew_at, anew_why, ${columns.join(', ')})
     SELECT $1, CASE WHEN anew THEN $2::bigint END, CASE WHEN anew THEN $3 END, ${columns.join(', ')}
     FROM unnest($4::bigint[], $5::text[], $6::text[], ${bigints.join(', ')}, $${sumColumns.length + 7}::text[]::boolean[])
       AS r (${columns.join(', ')}, anew)`,
    [
      machine.id,
      at.now,
      range.why,
      rows.map(({ hourAt }) => hourAt),
      rows.map(({ shiftKey }) => shiftKey ?? ''),
      rows.map(({ orderId }) => orderId ?? ''),
      ...sumColumns.map(({ of }) => rows.map(({ sums }) => of(sums))),
      rows.map((row) => String(anew(row))),
    ],
  );
}

const hourOfRow = (row: Readonly<Record<string, unknown>>): HourSums => ({
  hourAt: Number(row['hour_at']),
  shiftKey: row['shift_key'] === '' ? null : String(row['shift_key']),
  orderId: row['order_id'] === '' ? null : String(row['order_id']),
  sums: sumsOfRow(row),
});

/** Names the sums of an hour: the same, nothing was told anew. */
const nameOf = (rows: readonly HourSums[]): string =>
  rows
    .map(({ shiftKey, orderId, sums }) => JSON.stringify([shiftKey, orderId, sumColumns.map(({ of }) => of(sums))]))
    .sort()
    .join();
