/**
 * The disk under the server's database runs full while stations send: what was acknowledged is there, what was not is asked
 * for again, stations work on, and with room again everything goes on without anybody starting a station anew.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { writeBacklog } from '../support/backlog.ts';
import { keepWorking, type Member } from '../support/member.ts';
import { databaseKinds } from '../support/plant.ts';
import { buildRoad } from '../support/road.ts';
import { describeWith } from '../support/system.ts';

/** Takes all but `leave` bytes. */
function fill(folder: string, leave: number): void {
  const file = openSync(join(folder, 'filler'), 'a');
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(folder);
      const room = bavail * bsize - leave;
      if (room < bsize) return;
      writeSync(file, Buffer.alloc(Math.min(room, 4 * 1024 * 1024)));
    }
  } finally {
    closeSync(file);
  }
}

describeWith('mount', 'the disk of the server is full', () => {
  it.each(databaseKinds)('on %s', { timeout: 600_000 }, async (kind) => {
    const disk = mkdtempSync(join(tmpdir(), 'linewright-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=777', 'tmpfs', disk]);
    try {
      const road = await buildRoad({
        kind,
        stations: ['ST20'],
        parent: disk,
        settings: { max_wal_size: '64MB', min_wal_size: '32MB', wal_recycle: 'off' },
      });
      try {
        const [member] = road.members as [Member];
        const [server] = road.servers;
        await member.start();
        await member.drained();
        fill(disk, 2 * 1024 * 1024);
        await member.stop();
        // More than there is room for; PGlite takes a tenth of what PostgreSQL takes in the same time.
        const count = kind === 'pglite' ? 8_000 : 30_000;
        writeBacklog(member, count);
        await member.start();
        const work = keepWorking(member);
        await expect
          .poll(async () => (await member.sync()).link.state, { timeout: 60_000, interval: 200 })
          .toBe('unreachable');
        await pause(3_000);
        expect((await member.sync()).unsent.count).toBeGreaterThan(0);
        rmSync(join(disk, 'filler'));
        // What a person does who finds it: makes room, and starts what has ended.
        if (
          road.database.cluster !== null &&
          !(await road.database.cluster.query('SELECT 1').then(Boolean, () => false))
        ) {
          await road.database.cluster.stop('immediate');
          await road.database.cluster.start();
        }
        const { exitCode, signalCode } = server?.child().process ?? {};
        if (exitCode !== null || signalCode !== null) await server?.start();
        // With somebody at work there is always one that was just recorded.
        await expect
          .poll(async () => (await member.sync()).unsent.count, { timeout: 300_000, interval: 200 })
          .toBeLessThan(500);
        await work.stop();
        await road.drained([member]);
        const ends = await road.equal();
        expect(ends.here).toBeGreaterThan(count);
        console.log(
          `${kind}: server ${exitCode === null ? 'lived' : `ended (${exitCode})`}; ${ends.here} events at both ends`,
        );
      } finally {
        await road.remove();
      }
    } finally {
      execFileSync('umount', [disk]);
      rmdirSync(disk);
    }
  });
});
