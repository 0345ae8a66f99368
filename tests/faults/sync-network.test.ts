/**
 * Real stations, a real server, and between them a network that cuts, delays, resets, loses answers in the middle, doubles,
 * reorders, truncates and tampers at random. People go on working; at the end every fact lies on the server exactly once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fine, harms, storm } from '../support/bad-network.ts';
import { writeBacklog } from '../support/backlog.ts';
import { big } from '../support/big.ts';
import { keepWorking, type Work } from '../support/member.ts';
import { databaseKinds } from '../support/plant.ts';
import { buildRoad, type Road } from '../support/road.ts';

describe.each(databaseKinds)('a bad network, on %s', (kind) => {
  let road: Road;
  let work: Work[];
  beforeAll(async () => {
    road = await buildRoad({ kind, stations: ['ST20', 'ST05'], weather: storm });
    // So that batches are long enough to be cut.
    for (const member of road.members) writeBacklog(member, 3_000);
    await Promise.all(road.members.map((member) => member.start()));
    work = road.members.map((member) => keepWorking(member));
  }, 240_000);
  afterAll(() => road?.remove(), 120_000);

  const harmed = (): number => harms.reduce((sum, harm) => sum + road.network.counts[harm], 0);

  it('storm: people work on', async () => {
    const { network } = road;
    const from = performance.now();
    const worked = (): boolean => work.every(({ accepted }) => accepted > 50);
    const enough = (): boolean => (big ? performance.now() - from > 180_000 : harmed() >= 30 && worked());
    do {
      await pause(2_000);
      network.cut();
      await pause(300);
      network.mend();
      await pause(1_000);
      network.silence();
      await pause(300);
      network.mend();
    } while (!enough() && performance.now() - from < 240_000);
    expect(harmed(), JSON.stringify(network.counts)).toBeGreaterThanOrEqual(30);
    for (const { accepted } of work) expect(accepted).toBeGreaterThan(50);
  }, 400_000);

  it('calm: everything arrives by itself, exactly once', async () => {
    road.network.set(fine);
    for (const each of work) await each.stop();
    await road.drained();
    const ends = await road.equal();
    const { counts, echoes } = road.network;
    console.log(
      `${kind}, seed ${road.seed}: ${work.map(({ accepted }) => accepted).join(' + ')} commands answered, slowest ${Math.max(...work.map(({ slowestMs }) => slowestMs)).toFixed(0)} ms; ${ends.here} events at both ends; ${JSON.stringify(counts)}; copies answered ${JSON.stringify(
        Object.groupBy(echoes, ({ status }) => String(status)),
        (_key, value: unknown) => (Array.isArray(value) ? value.length : value),
      )}`,
    );
  }, 240_000);
});
