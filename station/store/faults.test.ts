/** Real faults on real files: killed processes, locks, read-only, damaged and full disks. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DataFolderError, DataInUseError, StoreNotWritableError } from './errors.ts';
import type { Store } from './store.ts';
import { manualClock, meta, open, temporaryFolder, unitCreated } from './test-kit.ts';

const child = join(import.meta.dirname, 'test-child.ts');
const isRoot = process.getuid?.() === 0;

function start(what: string, folder: string): ChildProcess {
  return spawn(process.execPath, [child, what, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function fill(store: Store, events: number): void {
  for (let i = 1; i <= events; i += 1) store.append([unitCreated(`S${i}`)], meta());
}

/** Appends until the store refuses; returns how many were accepted. */
function appendUntilRefused(store: Store, prefix: string): number {
  for (let accepted = 0; accepted < 100_000; accepted += 1) {
    try {
      store.append([unitCreated(`${prefix}${accepted}`)], meta());
    } catch (error) {
      expect(error).toBeInstanceOf(StoreNotWritableError);
      return accepted;
    }
  }
  throw new Error('the store never refused');
}

describe('kill -9', () => {
  test('at 25 random points while appending: nothing accepted is lost or doubled, the chain and the read model hold', async () => {
    using folder = temporaryFolder();
    const accepted = new Map<number, string>();
    for (let run = 0; run < 25; run += 1) {
      const station = start('append', folder.path);
      onTestFinished(() => void station.kill('SIGKILL'));
      let left = 1 + Math.floor(Math.random() * 30);
      const extraMs = Math.random() * 8;
      for await (const line of createInterface({ input: station.stdout! })) {
        const [seq, serial] = line.split(' ');
        accepted.set(Number(seq), serial!);
        left -= 1;
        if (left === 0) setTimeout(() => station.kill('SIGKILL'), extraMs);
      }
      const store = open(folder.path);
      const rows = store.records(0, 1_000_000);
      const last = Math.max(...accepted.keys());
      // Whole batches only, at most one of them written but not yet answered.
      expect(rows.length % 3).toBe(0);
      expect(rows.length - (last + 2)).toBeGreaterThanOrEqual(0);
      expect(rows.length - (last + 2)).toBeLessThanOrEqual(3);
      expect(rows.map((row) => row.seq)).toEqual(rows.map((_row, index) => index + 1));
      for (const [seq, serial] of accepted) {
        expect(JSON.parse(rows[seq - 1]!.record)).toMatchObject({ seq, commandId: serial, body: { serial } });
      }
      expect(store.previousRun).toBe('ended-abruptly');
      expect(store.verifyChain()).toMatchObject({ events: rows.length, fault: null });
      expect(store.rebuild()).toMatchObject({ equal: true });
      expect(store.eventsOfCommand(accepted.get(last)!)).toHaveLength(3);
      store.close();
    }
    expect(accepted.size).toBeGreaterThanOrEqual(25);
  }, 240_000);
});

describe('one station per data folder', () => {
  test('a second process is refused at once with the first one named; after kill -9 the folder is free', async () => {
    using folder = temporaryFolder();
    const station = start('hold', folder.path);
    onTestFinished(() => void station.kill('SIGKILL'));
    await once(createInterface({ input: station.stdout! }), 'line');
    const refused = ((): unknown => {
      try {
        open(folder.path).close();
        return 'opened';
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(DataInUseError);
    expect(refused).toMatchObject({ pid: station.pid, folder: folder.path });
    station.kill('SIGKILL');
    await once(station, 'exit');
    open(folder.path).close();
  });

  test('a second opening in the same process is refused as well', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    expect(() => open(folder.path)).toThrow(DataInUseError);
    store.append([unitCreated('S1')], meta());
    store.close();
    open(folder.path).close();
  });
});

describe('the data folder', () => {
  test('missing, or not a folder: one clear line', () => {
    using folder = temporaryFolder();
    expect(() => open(join(folder.path, 'none'))).toThrow(/none: does not exist/);
    writeFileSync(join(folder.path, 'file'), '');
    expect(() => open(join(folder.path, 'file'))).toThrow(DataFolderError);
  });

  test.skipIf(process.platform === 'win32')('not writable', () => {
    using folder = temporaryFolder();
    chmodSync(folder.path, 0o555);
    const { stderr, status } = asOrdinaryUser(folder.path);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/DataFolderError.*may not be written by this user/);
    chmodSync(folder.path, 0o755);
  });
});

/** Runs `report` without root's power to write everywhere. */
function asOrdinaryUser(folder: string): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [child, 'report', folder], {
    encoding: 'utf8',
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
}

describe('a file that may not be written', () => {
  test.skipIf(process.platform === 'win32')('is read, and accepts nothing', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    fill(store, 5);
    store.close();
    chmodSync(folder.path, 0o777);
    chmodSync(join(folder.path, 'station.lock'), 0o666);
    chmodSync(join(folder.path, 'station.db'), 0o444);
    const { stdout, stderr } = asOrdinaryUser(folder.path);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'read-only',
      events: 5,
      units: 5,
      append: expect.stringMatching(/^the store is read-only: /),
    });
    chmodSync(join(folder.path, 'station.db'), 0o644);
    rmSync(join(folder.path, 'station.db-wal'), { force: true });
    rmSync(join(folder.path, 'station.db-shm'), { force: true });
    const again = open(folder.path);
    expect(again.append([unitCreated('S6')], meta())[0]?.seq).toBe(6);
    again.close();
  });
});

describe('a damaged file', () => {
  test.each([
    ['garbage', (file: string) => writeFileSync(file, 'this is no database '.repeat(1_000))],
    ['a damaged header', (file: string) => patch(file, 0, Buffer.from('SQLitX'))],
    ['cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 8_192) * 4_096)],
    ['zeroed in the middle', (file: string) => patch(file, 4_096, Buffer.alloc(statSync(file).size - 4_096))],
  ])('%s: the store opens as corrupt, says so, accepts nothing and leaves the file as it is', (_what, damage) => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    fill(store, 200);
    store.close();
    const file = join(folder.path, 'station.db');
    damage(file);
    const before = readFileSync(file);
    const again = open(folder.path);
    expect(again.state).toBe('corrupt');
    expect(again.detail).not.toBe('');
    expect(() => again.append([unitCreated('S')], meta())).toThrow(StoreNotWritableError);
    expect(Array.isArray(again.read.all('SELECT * FROM test_unit'))).toBe(true);
    expect(again.info().state).toBe('corrupt');
    again.close();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('damage met while reading becomes the state', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    fill(store, 2_000);
    store.close();
    const states: string[] = [];
    const again = open(folder.path);
    again.onState.listen((view) => states.push(view.state));
    const file = join(folder.path, 'station.db');
    patch(file, 3 * 4_096, Buffer.alloc(statSync(file).size - 4 * 4_096, 0x5a));
    expect(() => again.read.all('SELECT * FROM test_unit')).toThrow(/malformed/);
    expect(states).toEqual(['corrupt']);
    expect(() => again.append([unitCreated('S')], meta())).toThrow(StoreNotWritableError);
    again.close();
  });
});

function patch(file: string, at: number, bytes: Uint8Array): void {
  const content = readFileSync(file);
  content.set(bytes, at);
  writeFileSync(file, content);
}

describe('a full disk', () => {
  test('SQLite finds no room: the event is refused whole, and with room again the log goes on without a gap', () => {
    using folder = temporaryFolder();
    const store = open(folder.path, { maxPages: 60 });
    const accepted = appendUntilRefused(store, 'A');
    expect(accepted).toBeGreaterThan(20);
    expect(store.state).toBe('disk-full');
    expect(store.info().events).toBe(accepted);
    store.close();
    const again = open(folder.path);
    expect(again.info()).toMatchObject({ state: 'ok', events: accepted });
    expect(again.append([unitCreated('B')], meta())[0]?.seq).toBe(accepted + 1);
    expect(again.verifyChain().fault).toBeNull();
    expect(again.rebuild().equal).toBe(true);
    again.close();
  });

  const tmpfs = isRoot && process.platform === 'linux' && canMount();

  test.skipIf(!tmpfs).each([
    ['no byte is left', 0],
    ['the reserve is reached', 1_000_000],
  ])('on a real small disk, when %s; it recovers by itself when there is room', (_what, minFreeBytes) => {
    using folder = temporaryFolder();
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    try {
      const clock = manualClock();
      const store = open(disk, { clock, minFreeBytes, probeMs: 3_000 });
      const states: string[] = [];
      store.onState.listen((view) => states.push(view.state));
      fill(store, 10);
      const ballast = join(disk, 'ballast');
      writeFileSync(ballast, Buffer.alloc(2_000_000));
      // The free space is looked at every half second of the station's clock.
      store.onAppended.listen(() => clock.advance(10));
      const accepted = 10 + appendUntilRefused(store, 'A');
      expect(store.state).toBe('disk-full');
      expect(store.read.all('SELECT serial FROM test_unit')).toHaveLength(accepted);
      clock.advance(10_000);
      expect(store.state).toBe('disk-full');
      rmSync(ballast);
      clock.advance(3_000);
      expect(store.state).toBe('ok');
      expect(store.append([unitCreated('B')], meta())[0]?.seq).toBe(accepted + 1);
      expect(states).toEqual(['disk-full', 'ok']);
      expect(store.verifyChain()).toMatchObject({ events: accepted + 1, fault: null });
      store.close();
      const again = open(disk);
      expect(again.info()).toMatchObject({ state: 'ok', events: accepted + 1 });
      again.close();
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });

  test.skipIf(!tmpfs)('already at the start: what is there is read, and with room it goes on without a restart', () => {
    using folder = temporaryFolder();
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]);
    try {
      const before = open(disk);
      fill(before, 10);
      before.close();
      const ballast = join(disk, 'ballast');
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096']);
      expect(statfsSync(disk).bavail).toBe(0);
      const clock = manualClock();
      const store = open(disk, { clock, minFreeBytes: 0 });
      expect(store.info()).toMatchObject({ state: 'disk-full', events: 10, epoch: before.epoch });
      expect(store.read.all('SELECT serial FROM test_unit')).toHaveLength(10);
      expect(() => store.append([unitCreated('A')], meta())).toThrow(StoreNotWritableError);
      rmSync(ballast);
      clock.advance(3_000);
      expect(store.state).toBe('ok');
      expect(store.append([unitCreated('A')], meta())[0]?.seq).toBe(11);
      expect(store.verifyChain().fault).toBeNull();
      store.close();
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});

function canMount(): boolean {
  using folder = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path]).status === 0;
  if (mounted) execFileSync('umount', [folder.path]);
  return mounted;
}
