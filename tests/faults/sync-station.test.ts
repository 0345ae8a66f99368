/**
 * What happens to a station itself: put back from a backup (with and without having written on under used numbers), a clock
 * that is a year off, weeks of facts that nobody has heard of yet.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBacklog } from '../support/backlog.ts';
import { big } from '../support/big.ts';
import { serverFacts } from '../support/both-ends.ts';
import { keepWorking, type Member } from '../support/member.ts';
import { databaseKinds } from '../support/plant.ts';
import { buildRoad, type Road } from '../support/road.ts';

const yearMs = 365 * 24 * 3_600_000;
const dayMs = 24 * 3_600_000;

/** Somebody works until so many commands were accepted. */
async function workFor(member: Member, commands: number): Promise<void> {
  const work = keepWorking(member);
  const until = performance.now() + 180_000;
  while (work.accepted < commands && performance.now() < until) await pause(20);
  await work.stop();
  expect(work.accepted).toBeGreaterThanOrEqual(commands);
}
const epochsOf = (member: Member): { epoch: string; last: number }[] => {
  const db = new Database(join(member.data, 'station.db'), { readonly: true });
  try {
    return db
      .prepare<[], { epoch: string; last: number }>(
        'SELECT e.epoch, (SELECT coalesce(max(seq), 0) FROM event v WHERE v.epochId = e.id) AS last FROM epoch e ORDER BY e.id',
      )
      .all();
  } finally {
    db.close();
  }
};
/** A station whose clock is wrong by this. */
const off = (stationId: string, ms: number) => ({
  stationId,
  nodeArgs: ['--import', './tests/support/year-off.ts'],
  env: { LINEWRIGHT_CLOCK_OFF_MS: String(ms) },
});

describe.each(databaseKinds)('on %s', (kind) => {
  let road: Road;
  let linked: Member;
  let apart: Member;
  let ahead: Member;
  let behind: Member;
  /** Events that stations lost when they were put back, and the server has. */
  let lost = 0;
  beforeAll(async () => {
    road = await buildRoad({ kind, stations: ['ST20', 'ST05', off('ST10', yearMs), off('ST10', -yearMs)] });
    [linked, apart, ahead, behind] = road.members as [Member, Member, Member, Member];
  }, 240_000);
  afterAll(() => road?.remove(), 120_000);

  /** Works, is copied, works on and is put back. @returns its epoch and the number of the last event in the backup. */
  async function putBack(member: Member): Promise<{ epoch: string; last: number }> {
    await member.start();
    await workFor(member, 20);
    await member.drained();
    await member.stop();
    member.copy();
    const [backup = { epoch: '', last: 0 }] = epochsOf(member);
    await member.start();
    await workFor(member, 30);
    await member.drained();
    // Ended in order it would write one more fact that the server does not have.
    await member.kill();
    const more = (epochsOf(member)[0]?.last ?? 0) - backup.last;
    expect(more).toBeGreaterThan(10);
    lost += more;
    member.putBack();
    return backup;
  }

  it('put back from a backup while the server can be reached: a new epoch before anything is recorded', async () => {
    const backup = await putBack(linked);
    await linked.start();
    await workFor(linked, 20);
    await linked.drained();
    const epochs = epochsOf(linked);
    expect(epochs).toHaveLength(2);
    expect(epochs[0]).toEqual(backup);
    expect(epochs[1]?.epoch).not.toBe(epochs[0]?.epoch);
    await road.equal(lost);
    const { streams } = await serverFacts(road.database);
    expect(streams.filter(({ branch }) => branch !== '')).toEqual([]);
  }, 600_000);

  it('put back from a backup with the cable out: what it wrote under used numbers becomes a branch beside the others', async () => {
    await road.again([]);
    const before = lost;
    const backup = await putBack(apart);
    road.network.cut();
    await apart.start();
    await workFor(apart, 40);
    road.network.mend();
    await apart.drained();
    await workFor(apart, 10);
    await apart.drained();
    const epochs = epochsOf(apart);
    expect(epochs).toHaveLength(2);
    await road.equal(lost);
    const { streams } = await serverFacts(road.database);
    const branches = streams.filter((stream) => stream.branch !== '');
    expect(branches).toMatchObject([
      { station: 'ST05', epoch: epochs[0]?.epoch, first: backup.last + 1, head: epochs[0]?.last },
    ]);
    const trunk = streams.find(({ epoch, branch }) => epoch === epochs[0]?.epoch && branch === '');
    expect(trunk?.head).toBe(backup.last + lost - before);
  }, 600_000);

  it('a clock a year ahead, and then one a year behind, reorders nothing and stops nothing', async () => {
    await road.again([linked]);
    for (const [member, offMs] of [
      [ahead, yearMs],
      [behind, -yearMs],
    ] as const) {
      await member.start();
      await Promise.all([workFor(member, 30), workFor(linked, 30)]);
      await Promise.all([member.drained(), linked.drained()]);
      expect(Math.abs(((await member.sync()).link.clockDriftMs ?? 0) - offMs)).toBeLessThan(60_000);
      expect(Math.abs((await linked.sync()).link.clockDriftMs ?? yearMs)).toBeLessThan(60_000);
      await member.stop();
    }
    // Ending is a fact too; it waits for the next start.
    for (const member of [ahead, behind]) {
      await member.start();
      await member.drained();
    }
    await road.equal(lost);
    const { streams, events } = await serverFacts(road.database);
    for (const [member, offMs] of [
      [ahead, yearMs],
      [behind, -yearMs],
    ] as const) {
      const epoch = epochsOf(member)[0]?.epoch;
      const mine = streams.find((stream) => stream.epoch === epoch)?.stream;
      const records = events
        .filter(({ stream }) => stream === mine)
        .map(({ record }) => JSON.parse(record) as { at: number });
      expect(records.length).toBeGreaterThan(30);
      for (const { at } of records) expect(Math.abs(at - Date.now() - offMs)).toBeLessThan(3_600_000);
    }
  }, 600_000);

  it('30 days of facts after an outage', async () => {
    // A month of a busy station is 200,000; every run has time for this.
    const count = big ? 200_000 : kind === 'postgresql' ? 60_000 : 6_000;
    writeBacklog(linked, count, 30 * dayMs);
    await road.again([]);
    road.network.cut();
    await linked.start();
    await pause(500);
    const before = await linked.sync();
    expect(before.unsent.count).toBeGreaterThanOrEqual(count);
    expect(Date.now() - (before.unsent.oldestAt ?? 0)).toBeGreaterThan(29 * dayMs);
    const work = keepWorking(linked, 5);
    const from = performance.now();
    road.network.mend();
    while ((await linked.sync()).unsent.count > 100) await pause(100);
    const seconds = (performance.now() - from) / 1_000;
    await work.stop();
    await linked.drained();
    const sorted = work.times.toSorted((a, b) => a - b);
    const p99 = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
    const ends = await road.equal(lost);
    expect(ends.here).toBeGreaterThan(count);
    console.log(
      `${kind}: ${count} facts of 30 days in ${seconds.toFixed(1)} s (${Math.round(count / seconds)}/s); ${work.accepted} commands answered meanwhile, p99 ${p99.toFixed(0)} ms, slowest ${work.slowestMs.toFixed(0)} ms`,
    );
  }, 600_000);
});
