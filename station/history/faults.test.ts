/** Real faults on real files: killed processes, damaged files, full disks. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { manualClock, temporaryFolder } from '../store/test-kit.ts';
import { mostPending } from './pending.ts';
import { all, open, rowsOf, t0 } from './test-kit.ts';

const isRoot = process.getuid?.() === 0;

describe('faults', () => {
  test('kill -9 at 20 random points: everything that was flushed is there, once and in order', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'history.db');
    let durable = 0;
    for (let run = 0; run < 20; run += 1) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'test-child.ts'), path, String(durable)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let left = 1 + Math.floor(Math.random() * 40);
      for await (const line of createInterface({ input: child.stdout })) {
        durable = Number(line);
        left -= 1;
        if (left === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 6);
      }
      const history = open(folder.path);
      expect(history.state).toBe('ok');
      const values = all(history, 'tag.0').map(({ value }) => value as number);
      // The last flush may have become durable without having been told.
      expect(values.length - durable).toBeGreaterThanOrEqual(0);
      expect(values.length - durable).toBeLessThanOrEqual(60);
      durable = values.length;
      expect(values).toEqual(Array.from({ length: durable }, (_unused, i) => i));
      for (let tag = 1; tag < 20; tag += 1) {
        const got = all(history, `tag.${tag}`).map(({ value }) => value);
        expect(got).toEqual(values.filter((step) => tag < 12 || step % (tag * 7) === 0));
      }
      history.close();
    }
    expect(rowsOf(folder.path, 'chunk')).toBeGreaterThan(2);
  }, 240_000);

  test.each([
    ['garbage', (file: string) => writeFileSync(file, 'no database '.repeat(2_000))],
    [
      'a damaged block',
      (file: string) => {
        const db = new Database(file);
        db.exec("UPDATE block SET data = x'ff0102'");
        db.close();
      },
    ],
  ])('%s: the state is corrupt, nothing throws, samples are taken as long as there is room', (_what, damage) => {
    using folder = temporaryFolder();
    const history = open(folder.path);
    history.append(history.tag('a'), 1, 'good', 'Good', t0, t0);
    history.close();
    damage(join(folder.path, 'history.db'));
    const again = open(folder.path);
    expect(again.state).toBe('corrupt');
    again.append(again.tag('a'), 2, 'good', 'Good', t0, t0);
    expect(again.flush()).toBe(0);
    expect(again.info()).toMatchObject({ state: 'corrupt', pending: 1, loss: null });
    expect(again.range('a', t0, t0 + 1, 10).at).toEqual([]);
    expect(() => again.putTrace('c', [1], [1])).toThrow(/corrupt/);
    expect(again.retain()).toBe(0);
    again.close();
  });

  test.skipIf(!isRoot || process.platform !== 'linux')(
    'a full disk: samples wait, then are counted as lost and marked as a gap; it goes on by itself',
    () => {
      using folder = temporaryFolder();
      const disk = join(folder.path, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]);
      try {
        const clock = manualClock(t0);
        const history = open(disk, { clock, probeMs: 3_000 });
        const tag = history.tag('a');
        const states: string[] = [];
        history.onState.listen((view) => states.push(view.state));
        history.append(tag, 0, 'good', 'Good', t0, t0);
        expect(history.flush()).toBe(1);
        const ballast = join(disk, 'ballast');
        try {
          for (let size = 100; size < 1_000_000_000; size += 100) writeFileSync(ballast, Buffer.alloc(size * 1_024));
        } catch {
          // Full now.
        }
        const total = mostPending + 500;
        for (let i = 1; i <= total; i += 1) {
          history.append(tag, i, 'good', 'Good', t0 + i, t0 + i);
          if (i % 20_000 === 0) expect(history.flush()).toBe(0);
        }
        expect(history.flush()).toBe(0);
        expect(history.state).toBe('disk-full');
        expect(history.info()).toMatchObject({
          pending: mostPending,
          loss: { samples: 500, fromAt: t0 + mostPending + 1, toAt: t0 + total },
        });
        rmSync(ballast);
        clock.advance(3_000);
        expect(states).toEqual(['disk-full', 'ok']);
        expect(history.flush()).toBe(mostPending);
        history.append(tag, total + 1, 'good', 'Good', t0 + total + 1, t0 + total + 1);
        history.flush();
        const samples = all(history, 'a');
        expect(samples.length).toBe(1 + mostPending + 2 + 1);
        expect(samples.slice(-3)).toMatchObject([
          { gap: true, status: 'BadNotRecorded', receivedAt: t0 + mostPending + 1 },
          { gap: true, status: 'BadNotRecorded', receivedAt: t0 + total },
          { value: total + 1 },
        ]);
        history.close();
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    },
  );

  test('the cap of the file is a full disk as well', () => {
    using folder = temporaryFolder();
    const history = open(folder.path, { maxPages: 40 });
    const tag = history.tag('a');
    let durable = 0;
    for (let i = 0; i < 200 && history.state === 'ok'; i += 1) {
      for (let k = 0; k < 1_000; k += 1) history.append(tag, Math.random(), 'good', 'Good', t0 + i, t0 + i);
      durable += history.flush();
    }
    expect(history.state).toBe('disk-full');
    history.close();
    const again = open(folder.path);
    expect(all(again, 'a')).toHaveLength(durable);
    again.close();
  });

  test('a file of another program or a newer version is a clear error', () => {
    using folder = temporaryFolder();
    open(folder.path).close();
    const db = new Database(join(folder.path, 'history.db'));
    db.pragma('user_version = 9');
    db.close();
    expect(() => open(folder.path)).toThrow(/newer version/);
  });

  test('more kinds of status than there are numbers: the rest says so', () => {
    using folder = temporaryFolder();
    const history = open(folder.path);
    const tag = history.tag('a');
    for (let i = 0; i < 4_200; i += 1) history.append(tag, i, 'bad', `Bad${i}`, t0 + i, t0 + i);
    history.flush();
    history.close();
    const again = open(folder.path);
    const statuses = all(again, 'a').map(({ status }) => status);
    expect(statuses.slice(0, 4_000)).toEqual(Array.from({ length: 4_000 }, (_unused, i) => `Bad${i}`));
    expect(statuses.at(-1)).toBe('StatusNotKept');
    expect(all(again, 'a').every(({ quality }) => quality === 'bad')).toBe(true);
    again.close();
  });
});

test('a folder that may be read only is no reason to throw', () => {
  using folder = temporaryFolder();
  const history = open(folder.path);
  history.append(history.tag('a'), 1, 'good', 'Good', t0, t0);
  history.close();
  chmodSync(join(folder.path, 'history.db'), 0o444);
  const again = open(folder.path);
  expect(all(again, 'a')).toHaveLength(1);
  again.append(again.tag('a'), 2, 'good', 'Good', t0, t0);
  // Root may write all the same.
  expect(again.flush()).toBe(isRoot ? 1 : 0);
  expect(again.state).toBe(isRoot ? 'ok' : 'read-only');
  again.close();
});
