/**
 * The server goes away in every way it can while stations have much to say: killed in the middle of batches, its database
 * put back to a backup older than what was acknowledged, its PostgreSQL cut off. Nobody has to do anything.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBacklog } from '../support/backlog.ts';
import { big } from '../support/big.ts';
import { chance, seedOfRun } from '../support/chance.ts';
import { keepWorking, type Member } from '../support/member.ts';
import { databaseKinds, type PlantServer } from '../support/plant.ts';
import { buildRoad, type Road } from '../support/road.ts';

const acked = async (member: Member): Promise<number> =>
  (await member.sync()).streams.reduce((sum, { first, acked: upTo }) => sum + upTo - first + 1, 0);

const seed = seedOfRun();

describe.each(databaseKinds)(`on %s, seed ${seed}`, (kind) => {
  const random = chance(seed);
  /** About as long as a large batch takes, so that each part of it is hit. */
  const batchMs = kind === 'pglite' ? 800 : 250;
  let road: Road;
  let member: Member;
  let other: Member;
  beforeAll(async () => {
    road = await buildRoad({ kind, stations: ['ST20', 'ST05'] });
    [member, other] = road.members as [Member, Member];
  }, 240_000);
  afterAll(() => road?.remove(), 120_000);

  it('the server is killed five times in the middle of a backlog', async () => {
    const count = big ? 200_000 : kind === 'pglite' ? 10_000 : 25_000;
    writeBacklog(member, count);
    let comes = road.batchComes();
    await Promise.all(road.members.map((each) => each.start()));
    const work = keepWorking(member);
    const unsent: number[] = [];
    for (let kill = 1; kill <= 5; kill += 1) {
      await comes;
      // Somewhere in the middle of it: being read, unpacked, written, committed, answered.
      await road.intoBatch(random() * batchMs);
      await road.servers[0]?.kill();
      const before = work.accepted;
      unsent.push((await member.sync()).unsent.count);
      // Nobody waits for it.
      await expect.poll(() => work.accepted).toBeGreaterThan(before + 2);
      // Waited for before the server is back: none may pass unseen.
      comes = road.batchComes();
      await road.servers[0]?.start();
    }
    expect(unsent.at(-1), 'killed in the middle of the backlog').toBeGreaterThan(1_000);
    await comes;
    await work.stop();
    await road.drained();
    const ends = await road.equal();
    expect(ends.here).toBeGreaterThan(count);
    console.log(
      `${kind}: killed with ${unsent.join(', ')} unsent; ${ends.here} events at both ends; ${work.accepted} commands answered meanwhile, slowest ${work.slowestMs.toFixed(0)} ms`,
    );
  }, 600_000);

  it('the database is put back to a backup older than what was acknowledged', async () => {
    const { database } = road;
    await database.copy();
    await road.again();
    const works = [keepWorking(member), keepWorking(other)];
    await pause(1_500);
    for (const each of works) await each.stop();
    await road.drained();
    const before = await acked(member);
    // PostgreSQL is replaced under a server that goes on running; PGlite lies in the server's process.
    if (kind === 'pglite') await road.servers[0]?.kill();
    const from = performance.now();
    await database.putBack();
    if (kind === 'pglite') await road.servers[0]?.start();
    const more = keepWorking(other);
    await pause(500);
    await more.stop();
    await road.drained();
    const againMs = performance.now() - from;
    expect(await acked(member)).toBeGreaterThanOrEqual(before);
    expect(road.servers[0]?.child().process.exitCode).toBeNull();
    const ends = await road.equal();
    console.log(`${kind}: ${ends.here} events at both ends, ${againMs.toFixed(0)} ms after the backup came back`);
  }, 600_000);

  // PGlite lies in the server's process and cannot be cut off from it.
  if (kind === 'postgresql')
    it('PostgreSQL is cut off and comes back, twice, in the middle of a backlog, and the server lives', async () => {
      const count = big ? 200_000 : 25_000;
      writeBacklog(member, count);
      await road.again();
      const { cluster } = road.database;
      const work = keepWorking(member);
      /** A server that is gone says what it said last. */
      const statusOf = async (path: string): Promise<number> => {
        const [server] = road.servers as [PlantServer];
        const answer = await fetch(`${server.url}${path}`).catch((error: unknown) => {
          throw new Error(`the server does not answer; it said:\n${server.child().output().slice(-4_000)}`, {
            cause: error,
          });
        });
        return answer.status;
      };
      for (const mode of ['immediate', 'fast'] as const) {
        await road.batchComes();
        await road.intoBatch(random() * batchMs);
        await cluster?.stop(mode);
        await pause(1_000);
        expect(await statusOf('/ready')).toBe(503);
        expect(await statusOf('/health')).toBe(200);
        await cluster?.start();
      }
      await work.stop();
      await road.drained();
      expect(road.servers[0]?.child().process.exitCode).toBeNull();
      const ends = await road.equal();
      expect(ends.here).toBeGreaterThan(count);
    }, 600_000);
});
