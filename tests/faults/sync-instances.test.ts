/**
 * Two instances on one PostgreSQL behind a proxy that sends each request to the other one: nothing is sticky, nobody races
 * wrongly, and machine time is summed up once whoever is killed meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { event } from '#contract/events/index.ts';
import type { Sums } from '#contract/rpc/oee.ts';
import { addSums, sumOf } from '#domain/oee/sums.ts';
import { oeeViewOf } from '#domain/oee/view.ts';
import type { Db } from '#server/db/db.ts';
import { openPg } from '#server/db/pg.ts';
import { sumColumns, sumsOfRow } from '#server/oee/columns.ts';
import { readWindow } from '#server/oee/read-window.ts';
import { demoReleased } from '#server/projections/test-kit.ts';
import { pumps, SimulatedStation } from '../../bench/simulated-station.ts';
import { writeBacklog } from '../support/backlog.ts';
import { serverFacts } from '../support/both-ends.ts';
import { keepWorking, plantId, type Member } from '../support/member.ts';
import { admit, databaseKinds, type PlantServer } from '../support/plant.ts';
import { buildRoad, type Road } from '../support/road.ts';

const hour = 3_600_000;
const machineId = 'press-p1';
const nothing = { orderId: null, definitionId: null, operationId: null };

/** What is summed up of the press, and the same computed from its slices and counts without any sum. */
async function bothSums(db: Db): Promise<{ summed: Sums; slow: Sums; hours: number; ms: number; until: number }> {
  const force = demoReleased()();
  const machine = force.catalogue.machine(machineId);
  const [row] = await db.query<{ from_at: number; until_at: number }>('SELECT from_at, until_at FROM machine_summed');
  if (machine === null || row === undefined) throw new Error('nothing is summed up');
  const [from, to] = [row.from_at, row.until_at];
  const rows = await db.query<Readonly<Record<string, unknown>>>(
    `SELECT hour_at, ${sumColumns.map(({ name }) => name).join(', ')} FROM machine_hour WHERE machine_id = $1 AND hour_at < $2`,
    [machineId, to],
  );
  const facts = await readWindow(db, force.catalogue, { machine, from, to, known: to });
  const { spans } = oeeViewOf(machine, { from, to, shift: null }, facts, { ...force, now: to });
  const summed = addSums(rows.map(sumsOfRow));
  return {
    summed,
    slow: sumOf(spans),
    hours: new Set(rows.map((each) => each['hour_at'])).size,
    ms: Object.values(summed.ms).reduce((sum, ms) => sum + ms, 0),
    until: to,
  };
}

/**
 * Nobody sums up beyond this hour until it is let go: whoever is killed meanwhile is so in the middle of it, however slowly
 * we came to it.
 */
async function heldAt(db: Db, hourAt: number): Promise<() => Promise<void>> {
  await db.execute(`CREATE OR REPLACE FUNCTION held_by_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.hour_at >= ${hourAt} THEN PERFORM pg_advisory_xact_lock(90417); END IF; RETURN NEW; END $$`);
  await db.execute(`CREATE OR REPLACE TRIGGER held_by_test BEFORE INSERT ON machine_hour
    FOR EACH ROW EXECUTE FUNCTION held_by_test()`);
  const [held, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(90417)');
    held.resolve();
    await ended.promise;
  });
  await Promise.race([held.promise, holding]);
  return async () => {
    ended.resolve();
    await holding;
    await db.execute('DROP TRIGGER held_by_test ON machine_hour');
  };
}

describe.runIf(databaseKinds.includes('postgresql'))('two instances', () => {
  let road: Road;
  let servers: readonly [PlantServer, PlantServer];
  beforeAll(async () => {
    road = await buildRoad({
      kind: 'postgresql',
      stations: ['ST20', 'ST05'],
      servers: 2,
      weather: { pass: 4, duplicate: 4, late: 1, 'lose-answer': 1 },
    });
    servers = road.servers as unknown as readonly [PlantServer, PlantServer];
  }, 240_000);
  afterAll(() => road?.remove(), 120_000);

  it('the same batches at both at once, in any order: each event once', async () => {
    const station = new SimulatedStation({ url: servers[0].url, stationId: 'SIM1', plantId });
    await admit(road.database, [station]);
    const facts = pumps('RACE-');
    const twins = servers.flatMap(({ url }) =>
      [1, 2, 3].map(
        () => new SimulatedStation({ ...station, url, privateKey: station.privateKey, epoch: station.epoch }),
      ),
    );
    for (let round = 0; round < 40; round += 1) {
      const first = station.log.length + 1;
      for (let n = 0; n < 25; n += 1) station.add(facts.next().value);
      // Whole, first part and last part: what comes too early is a gap, never an event out of order.
      const pieces = [
        station.batch(first, first + 24),
        station.batch(first, first + 9),
        station.batch(first + 10, first + 24),
      ];
      const answers = await Promise.all(twins.map((twin, n) => twin.post(pieces[(n + round) % 3] ?? Buffer.alloc(0))));
      for (const { status, body } of answers) expect([200, 409], JSON.stringify(body)).toContain(status);
      for (const { status, body } of answers) if (status === 409) expect(body.error).toBe('gap');
      expect(answers.reduce((sum, { status, body }) => sum + (status === 200 ? body.stored : 0), 0)).toBe(25);
    }
    for (const twin of [station, ...twins]) twin.close();
    const stored = await serverFacts(road.database);
    const mine = stored.streams.filter((row) => row.station === 'SIM1');
    expect(mine).toMatchObject([{ head: 1_000, hash: station.log.at(-1)?.hash }]);
    const texts = stored.events.filter(({ stream }) => stream === mine[0]?.stream).toSorted((a, b) => a.seq - b.seq);
    expect(texts.map(({ record }) => record)).toEqual(station.log.map(({ text }) => text));
  }, 240_000);

  it('machine time is summed up once by both, killed in the middle of it or not, and told anew where facts come late', async () => {
    const station = new SimulatedStation({ url: servers[0].url, stationId: 'ST10', plantId });
    await admit(road.database, [station]);
    const db = openPg({ url: road.database.url ?? '' });
    try {
      const weeks = 13;
      const end = Math.floor(Date.now() / hour) * hour;
      const from = end - weeks * 7 * 24 * hour;
      const states = ['producing', 'fault', 'producing', 'starved', 'producing', 'setup'] as const;
      for (let n = 0, at = from; at < end; n += 1) {
        const [state = 'producing', to] = [states[n % states.length], at + ((n % 7) + 1) * 20 * 60_000];
        const shown = { told: null, alarm: null, context: nothing };
        station.add(event('slice.begun', { machineId, beganAt: at, state, ...shown, clock: 'machine' }), at);
        if (state === 'producing')
          station.add(
            event('pieces.counted', {
              machineId,
              from: at,
              to,
              kind: 'counted',
              produced: 30,
              good: null,
              scrap: n % 3,
              counter: { first: n * 30, last: n * 30 + 30 },
              cyclesMs: [],
              context: nothing,
            }),
            to,
          );
        at = to;
      }
      const send = async (): Promise<void> => {
        while ((await station.sendOnce()) > 0);
        expect(station.head.seq).toBe(station.log.length);
        await station.hello();
      };
      const standing = async (): Promise<{ until: number; waiting: number; anew: number }> => {
        const [row] = await db.query<{ until_at: number | null; waiting: number; anew: number }>(
          `SELECT (SELECT until_at FROM machine_summed) AS until_at, (SELECT count(*)::int FROM machine_unsummed) AS waiting,
             (SELECT count(*)::int FROM machine_hour WHERE anew_at IS NOT NULL) AS anew`,
        );
        return { until: row?.until_at ?? 0, waiting: row?.waiting ?? 0, anew: row?.anew ?? 0 };
      };
      type Standing = Awaited<ReturnType<typeof standing>>;
      const reached = async (what: (now: Standing) => boolean): Promise<Standing> => {
        for (let tries = 0; tries < 12_000; tries += 1) {
          const now = await standing();
          if (what(now)) return now;
          if (tries % 200 === 0) await station.hello();
          await pause(10);
        }
        throw new Error(`not reached: ${JSON.stringify(await standing())}`);
      };
      // The last slice goes on, and an hour is summed up five minutes after its end.
      const last = end - 8 * hour;

      let letGo = await heldAt(db, from + 5 * 7 * 24 * hour);
      await send();
      const middle = await reached(({ until }) => until > from);
      await Promise.all(servers.map((server) => server.kill()));
      const killed = await standing();
      await letGo();
      expect(killed.until, 'killed in the middle of it').toBeLessThan(last);
      expect(killed.until).toBeGreaterThanOrEqual(middle.until);
      await Promise.all(servers.map((server) => server.start()));
      await station.hello();
      await reached(({ until, waiting }) => until >= last && waiting === 0);
      const first = await bothSums(db);
      expect(first.summed).toEqual(first.slow);
      expect(first.hours).toBe((first.until - from) / hour);
      expect(first.ms).toBe(first.until - from);
      expect((await standing()).anew).toBe(0);

      // Ten weeks of the past are told as one stop; the instance that makes their hours anew, or the other one, dies of it.
      const anew = { from: from + 7 * 24 * hour, to: end - 14 * 24 * hour };
      station.add(
        event('slices.restated', {
          machineId,
          ...anew,
          slices: [{ beganAt: anew.from, state: 'fault', told: null, alarm: null, context: nothing }],
          reason: 'late-values',
          note: '',
        }),
      );
      letGo = await heldAt(db, anew.from + 5 * 7 * 24 * hour);
      await send();
      await reached(({ anew: hours }) => hours > 0);
      station.url = servers[1].url;
      await servers[0].kill();
      expect((await standing()).waiting, 'killed in the middle of it').toBeGreaterThan(0);
      await letGo();
      const other = reached(({ waiting }) => waiting === 0);
      await Promise.all([other, servers[0].start()]);
      const second = await bothSums(db);
      expect(second.summed).toEqual(second.slow);
      expect(second.summed).not.toEqual(first.summed);
      expect(second.ms).toBe(second.until - from);
    } finally {
      station.close();
      await db.close();
    }
  }, 240_000);

  it('real stations through both in turn, one of them killed and back', async () => {
    const [member, other] = road.members as [Member, Member];
    writeBacklog(member, 20_000);
    await Promise.all([member.start(), other.start()]);
    const works = [keepWorking(member), keepWorking(other)];
    await pause(2_000);
    await servers[1].kill();
    await pause(2_000);
    await servers[1].start();
    await expect.poll(() => road.network.counts.duplicate, { timeout: 120_000 }).toBeGreaterThan(5);
    for (const work of works) await work.stop();
    road.network.set({ pass: 1 });
    await road.drained();
    await road.equal();
  }, 600_000);
});
