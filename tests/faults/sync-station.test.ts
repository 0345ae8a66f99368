/**
 * What happens to a station itself: put back from a backup (with and without having written on under used numbers), a clock
 * that is a year off, weeks of facts that nobody has heard of yet.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { writeBacklog } from '../support/backlog.ts';
import { serverFacts } from '../support/both-ends.ts';
import { keepWorking, type Member } from '../support/member.ts';
import { databaseKinds } from '../support/plant.ts';
import { buildRoad, type Road } from '../support/road.ts';

const long = process.env['LINEWRIGHT_LONG'] === '1';
const yearMs = 365 * 24 * 3_600_000;
let road: Road | null = null;
afterEach(async () => {
  await road?.remove();
  road = null;
}, 60_000);

async function workFor(member: Member, ms: number): Promise<number> {
  const work = keepWorking(member);
  await pause(ms);
  await work.stop();
  return work.accepted;
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

describe.each(databaseKinds)('on %s', (kind) => {
  it('put back from a backup while the server can be reached: a new epoch before anything is recorded', async () => {
    const built = (road = await buildRoad({ kind, stations: ['ST20'] }));
    const [member] = built.members as [Member];
    await member.start();
    await workFor(member, 500);
    await member.drained();
    await member.stop();
    member.copy();
    const backup = epochsOf(member);
    await member.start();
    await workFor(member, 500);
    await member.drained();
    await member.stop();
    const lost = (epochsOf(member)[0]?.last ?? 0) - (backup[0]?.last ?? 0);
    expect(lost).toBeGreaterThan(10);

    member.putBack();
    await member.start();
    await workFor(member, 500);
    await member.drained();
    await built.equal(lost);
    const epochs = epochsOf(member);
    expect(epochs).toHaveLength(2);
    expect(epochs[0]).toEqual(backup[0]);
    expect(epochs[1]?.epoch).not.toBe(epochs[0]?.epoch);
    const { streams } = await serverFacts(built.database);
    expect(streams.every(({ branch }) => branch === '')).toBe(true);
  }, 240_000);

  it('put back from a backup with the cable out: what it wrote under used numbers becomes a branch beside the others', async () => {
    const built = (road = await buildRoad({ kind, stations: ['ST20'] }));
    const [member] = built.members as [Member];
    await member.start();
    await workFor(member, 500);
    await member.drained();
    await member.stop();
    member.copy();
    const backup = epochsOf(member)[0]?.last ?? 0;
    await member.start();
    await workFor(member, 700);
    await member.drained();
    await member.stop();
    const lost = (epochsOf(member)[0]?.last ?? 0) - backup;

    member.putBack();
    built.network.cut();
    await member.start();
    expect(await workFor(member, 1_500)).toBeGreaterThan(20);
    built.network.mend();
    await member.drained(90_000);
    await workFor(member, 300);
    await member.drained();
    await built.equal(lost);
    const epochs = epochsOf(member);
    expect(epochs).toHaveLength(2);
    const { streams } = await serverFacts(built.database);
    const branch = streams.find((stream) => stream.branch !== '');
    expect(branch).toMatchObject({
      station: 'ST20',
      epoch: epochs[0]?.epoch,
      first: backup + 1,
      head: epochs[0]?.last,
    });
    expect(streams.find((stream) => stream.epoch === epochs[0]?.epoch && stream.branch === '')?.head).toBe(
      backup + lost,
    );
  }, 240_000);

  it.each([
    ['ahead', yearMs],
    ['behind', -yearMs],
  ])(
    'a clock a year %s reorders nothing and stops nothing',
    async (_where, offMs) => {
      const built = (road = await buildRoad({
        kind,
        stations: [
          {
            stationId: 'ST20',
            nodeArgs: ['--import', './tests/support/year-off.ts'],
            env: { LINEWRIGHT_CLOCK_OFF_MS: String(offMs) },
          },
          'ST05',
        ],
      }));
      const [off, right] = built.members as [Member, Member];
      await Promise.all(built.members.map((member) => member.start()));
      await Promise.all(built.members.map((member) => workFor(member, 800)));
      await Promise.all(built.members.map((member) => member.drained()));
      const drift = (await off.sync()).link.clockDriftMs ?? 0;
      expect(Math.abs(drift - offMs)).toBeLessThan(60_000);
      expect(Math.abs((await right.sync()).link.clockDriftMs ?? yearMs)).toBeLessThan(60_000);
      await built.equal();
      const { streams, events } = await serverFacts(built.database);
      const mine = streams.find(({ station }) => station === 'ST20')?.stream;
      const records = events
        .filter(({ stream }) => stream === mine)
        .map(({ record }) => JSON.parse(record) as { at: number });
      for (const { at } of records) expect(Math.abs(at - Date.now() - offMs)).toBeLessThan(3_600_000);
    },
    240_000,
  );
});

it(`30 days of facts after an outage`, async () => {
  const kind = databaseKinds.at(-1) ?? 'pglite';
  const built = (road = await buildRoad({ kind, stations: ['ST20'] }));
  const [member] = built.members as [Member];
  const count = long ? 200_000 : 40_000;
  writeBacklog(member, count, 30 * 24 * 3_600_000);
  built.network.cut();
  await member.start();
  await pause(1_000);
  const before = await member.sync();
  expect(before.unsent.count).toBeGreaterThanOrEqual(count);
  expect(Date.now() - (before.unsent.oldestAt ?? 0)).toBeGreaterThan(29 * 24 * 3_600_000);
  const work = keepWorking(member, 5);
  const from = performance.now();
  built.network.mend();
  while ((await member.sync()).unsent.count > 100) await pause(100);
  const seconds = (performance.now() - from) / 1_000;
  await work.stop();
  await member.drained();
  const sorted = work.times.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
  const ends = await built.equal();
  expect(ends.here).toBeGreaterThan(count);
  expect(p99).toBeLessThan(500);
  expect(existsSync(member.data)).toBe(true);
  console.log(
    `${kind}: ${count} facts of 30 days in ${seconds.toFixed(1)} s (${Math.round(count / seconds)}/s); ${work.accepted} commands answered meanwhile, p99 ${p99.toFixed(0)} ms`,
  );
}, 600_000);
