import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verify } from '@node-rs/argon2';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { event } from '#contract/events/index.ts';
import { systemClock } from '#station/clock.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { projections } from '#station/store/projections/index.ts';
import { openStore } from '#station/store/store.ts';
import { meta } from '#station/store/test-kit.ts';
import { run } from './run.ts';

const root = path.resolve(import.meta.dirname, '../..');
const plant = path.join(root, 'resources/demo-plant');
let data: string;
beforeEach(() => (data = mkdtempSync(path.join(tmpdir(), 'linewright-cli-'))));
afterEach(() => rmSync(data, { recursive: true, force: true }));

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
async function linewright(...words: readonly string[]): Promise<Result> {
  let [out, err] = ['', ''];
  const code = await run(
    words,
    { out: (text) => void (out += text), err: (text) => void (err += text) },
    installedDrivers,
  );
  return { code, out, err };
}
const store = () => openStore({ folder: data, stationId: 'ST10', projections, clock: systemClock });
/** A data folder with three events. */
function fill(): void {
  const opened = store();
  for (const number of [1, 2, 3]) {
    opened.append(
      [
        event('unit.created', {
          serial: `PMP100-${number}`,
          orderId: 'WO-1',
          materialId: 'PMP-100',
          definitionId: 'PMP-100',
          revision: 'C',
          passed: [],
        }),
      ],
      meta(),
    );
  }
  opened.close();
}
/** What a start now would find. */
function openedOnce() {
  const opened = store();
  const { epoch, position, state } = opened;
  opened.close();
  return { epoch, position, state };
}
/** Changes the second event past the triggers that forbid it. */
function tamper(): void {
  const db = new DatabaseSync(path.join(data, 'station.db'));
  const triggers = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() as { name: string }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  db.exec("UPDATE event SET record = replace(record, 'PMP100-2', 'PMP100-7') WHERE seq = 2");
  db.close();
}
const here = ['--data', '', '--config', plant] as const;
const folders = (): string[] => here.map((word) => (word === '' ? data : word));

describe('usage', () => {
  it('without a command: the help on standard error, 2', async () => {
    expect(await linewright()).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage: linewright') });
  });
  it('each command tells its help and the exit codes', async () => {
    for (const command of ['check', 'rebuild', 'verify', 'new-epoch', 'pin', 'spc', 'kpi']) {
      const { code, out } = await linewright(command, '--help');
      expect(code).toBe(0);
      expect(out).toContain(`Usage: linewright ${command}`);
      expect(out).toMatch(/Exit codes:\n {2}0 {2}fine/);
    }
  });
  it.each([
    [['chekc'], 'did you mean "check"'],
    [['check', '--jsn'], 'did you mean --json'],
    [['check', 'a', 'b'], '"b" is one word too many'],
    [['rebuild', '--data'], '--data'],
    [['verify', '--dta=x'], 'did you mean --data'],
  ])('%j: %s', async (words, said) => {
    const { code, err } = await linewright(...words);
    expect(code).toBe(2);
    expect(err).toContain(said);
  });
});

describe('check', () => {
  it('says that the demo plant is fine', async () => {
    expect(await linewright('check', plant)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/fine\. 4 stations, 8 devices/),
      err: '',
    });
  });
  it('cannot run on a folder that is not there', async () => {
    expect(await linewright('check', path.join(data, 'nowhere'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('there is no folder'),
    });
  });
  it('tells faults as file:line:column with the remedy, counted', async () => {
    const { code, out } = await linewright('check', data);
    expect(code).toBe(1);
    expect(out).toContain('plant.yaml  plant.yaml is missing\n    Write it;');
    expect(out).toMatch(/5 faults in 5 files\n$/);
  });
  it('--json gives the faults as data', async () => {
    const { code, out } = await linewright('check', data, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      hash: null,
      faults: expect.arrayContaining([expect.objectContaining({ file: 'people.yaml', line: null })]),
    });
  });
});

describe('rebuild and verify', () => {
  it('prove a sound folder', async () => {
    fill();
    expect(await linewright('rebuild', ...folders())).toMatchObject({
      code: 0,
      out: expect.stringMatching(/3 events, \d+ rows in \d+ tables: equal/),
    });
    expect(await linewright('verify', ...folders())).toMatchObject({
      code: 0,
      out: expect.stringContaining('3 events in 1 epoch, the chain is whole'),
    });
    expect(JSON.parse((await linewright('verify', ...folders(), '--json')).out)).toMatchObject({
      events: 3,
      fault: null,
    });
  });
  it('rebuild finds a read model that was tampered with, and puts it right', async () => {
    fill();
    const db = new DatabaseSync(path.join(data, 'station.db'));
    db.exec("UPDATE unit SET status = 'done' WHERE serial = 'PMP100-2'");
    db.close();
    const dry = await linewright('rebuild', ...folders(), '--dry-run');
    expect(dry).toMatchObject({ code: 1, out: expect.stringContaining('nothing was replaced') });
    expect(await linewright('rebuild', ...folders())).toMatchObject({
      code: 1,
      out: expect.stringContaining('was replaced'),
    });
    expect(await linewright('rebuild', ...folders())).toMatchObject({ code: 0 });
  });
  it('verify finds a changed event', async () => {
    fill();
    tamper();
    const { code, out } = await linewright('verify', ...folders());
    expect(code).toBe(1);
    expect(out).toMatch(/hash-mismatch at event 2/);
  });
  it('new-epoch begins another epoch and changes nothing else', async () => {
    fill();
    const { epoch: before } = openedOnce();
    const { code, out } = await linewright('new-epoch', ...folders(), '--json');
    expect(code).toBe(0);
    const made = JSON.parse(out) as { epoch: string };
    expect(made).toMatchObject({ before, events: 3, fault: null });
    expect(made.epoch).not.toBe(before);
    expect(openedOnce()).toMatchObject({ epoch: made.epoch, position: null });
    fill(); // numbers begin again in it
    expect(await linewright('verify', ...folders())).toMatchObject({
      code: 0,
      out: expect.stringContaining('6 events in 2 epochs, the chain is whole'),
    });
  });
  it('new-epoch does not hide a damaged log behind an empty epoch', async () => {
    fill();
    const { epoch: before } = openedOnce();
    tamper();
    const { code, out } = await linewright('new-epoch', ...folders());
    expect(code).toBe(1);
    expect(out).toMatch(/hash-mismatch at event 2/);
    expect(openedOnce()).toMatchObject({ epoch: before, state: 'corrupt' });
  });
  it('cannot run where there is no data, and makes none', async () => {
    expect(await linewright('rebuild', ...folders())).toMatchObject({
      code: 3,
      err: expect.stringContaining('there is no station.db'),
    });
  });
  it('cannot run while a station has the data', async () => {
    fill();
    const running = store();
    try {
      for (const command of ['rebuild', 'verify', 'new-epoch'])
        expect((await linewright(command, ...folders())).code).toBe(3);
    } finally {
      running.close();
    }
  });
  it('cannot run for a station that the plant does not have', async () => {
    expect(await linewright('verify', ...folders(), '--station', 'ST99')).toMatchObject({
      code: 3,
      err: expect.stringContaining('ST05, ST10, ST20'),
    });
  });
});

describe('as a process', () => {
  const start = (input: string, ...words: readonly string[]): Promise<Result> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [path.join(root, 'station/cli/linewright.entry.ts'), ...words], {
        cwd: root,
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk) => (out += String(chunk)));
      child.stderr.on('data', (chunk) => (err += String(chunk)));
      child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
      child.stdin.end(input);
    });

  it('pin makes a hash of the first line and does not echo it', async () => {
    const { code, out, err } = await start('73519\n', 'pin');
    expect(code).toBe(0);
    expect(out + err).not.toContain('73519');
    expect(await verify(out.trim(), '73519')).toBe(true);
  });
  it.each(['12', 'abcd', '', '1234567890123'])('pin refuses %j', async (input) => {
    expect(await start(`${input}\n`, 'pin')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('4 to 12 digits'),
    });
  });
  it('ends with the exit code after all output', async () => {
    const { code, out } = await start('', 'check', plant, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, faults: [] });
  });
});
