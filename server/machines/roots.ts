/** Which machine of its line each waiting machine waits for, as the server knows their states (domain/stops/root.ts). */
import type { MachineState } from '#contract/machine-state.ts';
import type { WaitsFor } from '#contract/rpc/machines.ts';
import { silentMs } from '#contract/sync/protocol.ts';
import type { StopCard } from '#domain/stops/card.ts';
import { machinesOfLine, rootBackMs, rootOfStop, waitsForOf } from '#domain/stops/line.ts';
import { rootsOf, type LineMachine, type WaitingMachine } from '#domain/stops/root.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { heardAt, readSlices } from './read-time.ts';

/** More slices of a machine are not read for what waits now: one that changed so often since is not what others wait for. */
const lastSlices = 100;
/**
 * @param lineIds whose machines are looked at, all of them: the cause may be at a station that a person does not see
 * @param now UTC ms by the server's clock
 * @returns by line and machine, of those that are blocked or starved now; not of one whose station is not heard
 */
export async function readRoots(
  db: Queries,
  force: InForce,
  lineIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, ReadonlyMap<string, WaitsFor>>> {
  const lines = lineIds.map((id) => ({ id, machines: machinesOfLine(force.catalogue, id) }));
  const machines = lines.flatMap((line) => line.machines);
  const waiting = new Set(await waitingNow(db, ids(machines)));
  const concerned = lines.filter((line) => line.machines.some(({ id }) => waiting.has(id)));
  if (concerned.length === 0) return new Map();
  const theirs = concerned.flatMap((line) => line.machines);
  const [slices, heard] = await Promise.all([
    readLastSlices(db, ids(theirs)),
    heardAt(db, [...new Set(theirs.map(({ station }) => station))]),
  ]);
  const found = concerned.map((line) => ({
    id: line.id,
    waiting: rootsOf(
      line.machines.map(({ id, station }) => ({
        machineId: id,
        slices: knownOf(slices.get(id) ?? [], heard.get(station) ?? 0, now),
      })),
      now,
    ),
  }));
  const cards = await readCardsOf(
    db,
    found.flatMap((line) => line.waiting),
    now,
  );
  return new Map(
    found.map((line) => [
      line.id,
      new Map(line.waiting.map((one) => [one.machineId, waitsForOf(one, cards(one), force.catalogue)])),
    ]),
  );
}

/** @returns null: the stop did not begin blocked or starved, or its machine is on no line. */
export async function readRootOfStop(
  db: Queries,
  force: InForce,
  card: StopCard,
  now: number,
): Promise<WaitsFor | null> {
  const line = force.lineOf(card.stationId);
  if (line === null) return null;
  const machines = machinesOfLine(force.catalogue, line.id);
  const heard = await heardAt(db, [...new Set(machines.map(({ station }) => station))]);
  const series: readonly LineMachine[] = await Promise.all(
    machines.map(async ({ id, station }) => ({
      machineId: id,
      slices: knownOf(
        await readSlices(db, id, card.from - rootBackMs, (card.to ?? now) + 1),
        heard.get(station) ?? 0,
        now,
      ),
    })),
  );
  const one = rootOfStop(series, card, now);
  return one && waitsForOf(one, (await readCardsOf(db, [one], now))(one), force.catalogue);
}

const ids = (machines: readonly { readonly id: string }[]): readonly string[] => machines.map(({ id }) => id);

/** Of a station that is not heard nobody knows what its machines do since. */
const knownOf = <S extends { readonly endAt: number | null }>(
  slices: readonly S[],
  until: number,
  now: number,
): readonly S[] =>
  now - until <= silentMs ? slices : slices.map((slice) => (slice.endAt === null ? { ...slice, endAt: until } : slice));

async function waitingNow(db: Queries, machineIds: readonly string[]): Promise<readonly string[]> {
  const rows = await db.query<{ readonly id: string }>(
    `SELECT m.id FROM unnest($1::text[]) AS m (id) JOIN LATERAL (
       SELECT state FROM machine_slice s WHERE s.machine_id = m.id ORDER BY began_at DESC LIMIT 1) s ON true
     WHERE s.state IN ('blocked', 'starved')`,
    [machineIds],
  );
  return rows.map(({ id }) => id);
}

interface SliceRow {
  readonly machine_id: string;
  readonly began_at: number;
  readonly state: MachineState;
  readonly alarm: string | null;
}
async function readLastSlices(
  db: Queries,
  machineIds: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<LineMachine['slices']>>> {
  const rows = await db.query<SliceRow>(
    `SELECT m.id AS machine_id, s.began_at, s.state, s.alarm FROM unnest($1::text[]) AS m (id) CROSS JOIN LATERAL (
       SELECT began_at, state, alarm FROM machine_slice WHERE machine_id = m.id ORDER BY began_at DESC LIMIT $2) s
     ORDER BY 1, 2`,
    [machineIds, lastSlices],
  );
  return new Map(
    machineIds.map((id) => {
      const own = rows.filter(({ machine_id }) => machine_id === id);
      const slices = own.map(({ began_at, state, alarm }, n) => ({
        beganAt: began_at,
        endAt: own[n + 1]?.began_at ?? null,
        state,
        alarm,
      }));
      return [id, slices];
    }),
  );
}

/** Cards of the stops of these roots: of each the newest that lies in its time. */
async function readCardsOf(
  db: Queries,
  waiting: readonly WaitingMachine[],
  now: number,
): Promise<(one: WaitingMachine) => StopCard | null> {
  const roots = waiting.flatMap(({ root }) => (root === null ? [] : [root]));
  if (roots.length === 0) return () => null;
  const rows = await db.query<{ readonly machine_id: string; readonly card: string }>(
    `SELECT DISTINCT ON (r.machine_id) r.machine_id, s.card
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS r (machine_id, began_at, end_at) JOIN LATERAL (
       SELECT card FROM stop WHERE machine_id = r.machine_id AND from_at IS NOT NULL AND NOT withdrawn
         AND from_at < r.end_at AND (to_at IS NULL OR to_at > r.began_at) ORDER BY from_at DESC LIMIT 1) s ON true`,
    [roots.map(({ machineId }) => machineId), roots.map(({ from }) => from), roots.map(({ to }) => to ?? now + 1)],
  );
  const cards = new Map(rows.map(({ machine_id, card }) => [machine_id, JSON.parse(card) as StopCard]));
  return ({ root }) => (root === null ? null : (cards.get(root.machineId) ?? null));
}
