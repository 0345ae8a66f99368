/** Two instances on one PostgreSQL behind a proxy that sends each request to the other one: nothing is sticky, nobody races wrongly. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pumps, SimulatedStation } from '../../bench/simulated-station.ts';
import { writeBacklog } from '../support/backlog.ts';
import { serverFacts } from '../support/both-ends.ts';
import { keepWorking, plantId, type Member } from '../support/member.ts';
import { admit, databaseKinds, type PlantServer } from '../support/plant.ts';
import { buildRoad, type Road } from '../support/road.ts';

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
  afterAll(() => road?.remove(), 60_000);

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
  }, 120_000);

  it('real stations through both in turn, one of them killed and back', async () => {
    const [member, other] = road.members as [Member, Member];
    writeBacklog(member, 20_000);
    await Promise.all([member.start(), other.start()]);
    const works = [keepWorking(member), keepWorking(other)];
    await pause(2_000);
    await servers[1].kill();
    await pause(2_000);
    await servers[1].start();
    await pause(1_000);
    for (const work of works) await work.stop();
    road.network.set({ pass: 1 });
    await road.drained();
    expect(road.network.counts.duplicate).toBeGreaterThan(5);
    await road.equal();
  }, 200_000);
});
