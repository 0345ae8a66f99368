/**
 * The server goes away in every way it can while stations have much to say: killed in the middle of batches, its
 * PostgreSQL cut off, put back to a backup older than what was acknowledged. Nobody has to do anything.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { writeBacklog } from '../support/backlog.ts';
import { keepWorking, type Member } from '../support/member.ts';
import { databaseKinds } from '../support/plant.ts';
import { buildRoad, type Road } from '../support/road.ts';

const long = process.env['LINEWRIGHT_LONG'] === '1';
let road: Road | null = null;
afterEach(async () => {
  await road?.remove();
  road = null;
}, 60_000);

const acked = async (member: Member): Promise<number> =>
  (await member.sync()).streams.reduce((sum, { first, acked: upTo }) => sum + upTo - first + 1, 0);

/** Until the server has acknowledged this many. */
async function ackedOver(member: Member, count: number): Promise<number> {
  for (const until = performance.now() + 60_000; ; await pause(5)) {
    const now = await acked(member);
    if (now >= count) return now;
    if (performance.now() > until) throw new Error(`only ${now} of ${count} were acknowledged`);
  }
}

describe.each(databaseKinds)('on %s', (kind) => {
  it('the server is killed five times in the middle of a backlog', async () => {
    const built = (road = await buildRoad({ kind, stations: ['ST20'] }));
    const [member] = built.members as [Member];
    const [server] = built.servers;
    const count = long ? 200_000 : 60_000;
    writeBacklog(member, count);
    await member.start();
    const work = keepWorking(member);
    const killedAt: number[] = [];
    for (let kill = 1; kill <= 5; kill += 1) {
      // In the middle of a batch: a moment after the one before was acknowledged.
      await ackedOver(member, (killedAt.at(-1) ?? 0) + Math.floor(count / 12));
      await pause(20 * kill);
      await server?.kill();
      killedAt.push(await acked(member));
      await pause(200);
      await server?.start();
    }
    expect(killedAt.at(-1)).toBeLessThan(count);
    await work.stop();
    await member.drained(180_000);
    const ends = await built.equal();
    expect(ends.here).toBeGreaterThan(count);
    expect(work.slowestMs).toBeLessThan(3_000);
    console.log(
      `${kind}: killed at ${killedAt.join(', ')} of ${ends.here}; ${work.accepted} commands answered meanwhile`,
    );
  }, 600_000);

  it('the database is put back to a backup older than what was acknowledged', async () => {
    const built = (road = await buildRoad({ kind, stations: ['ST20', 'ST05'] }));
    const [member, other] = built.members as [Member, Member];
    const [server] = built.servers;
    writeBacklog(member, 2_000);
    await Promise.all(built.members.map((each) => each.start()));
    await Promise.all(built.members.map((each) => each.drained()));
    await server?.stop();
    await built.database.copy();
    await server?.start();
    const works = [keepWorking(member), keepWorking(other)];
    await pause(2_000);
    for (const each of works) await each.stop();
    await Promise.all(built.members.map((each) => each.drained()));
    const before = await acked(member);
    await server?.kill();
    await built.database.putBack();
    await server?.start();
    const more = keepWorking(other);
    await pause(500);
    await more.stop();
    await Promise.all(built.members.map((each) => each.drained(90_000)));
    expect(await acked(member)).toBeGreaterThanOrEqual(before);
    const ends = await built.equal();
    console.log(`${kind}: ${ends.here} events again at both ends`);
  }, 300_000);
});

describe.runIf(databaseKinds.includes('postgresql'))('PostgreSQL under a running server', () => {
  it('is cut off and comes back, twice, in the middle of a backlog', async () => {
    const built = (road = await buildRoad({ kind: 'postgresql', stations: ['ST20'] }));
    const [member] = built.members as [Member];
    const count = 40_000;
    writeBacklog(member, count);
    await member.start();
    const work = keepWorking(member);
    for (const mode of ['immediate', 'fast'] as const) {
      await ackedOver(member, (await acked(member)) + count / 8);
      await built.database.cluster?.stop(mode);
      await pause(1_500);
      const ready = await fetch(`${built.servers[0]?.url}/ready`);
      expect(ready.status).toBe(503);
      expect((await fetch(`${built.servers[0]?.url}/health`)).status).toBe(200);
      await built.database.cluster?.start();
    }
    await work.stop();
    await member.drained(120_000);
    const ends = await built.equal();
    expect(ends.here).toBeGreaterThan(count);
    expect(work.slowestMs).toBeLessThan(3_000);
  }, 300_000);
});
