/**
 * The disk under the real station: full, read-only, damaged. The station keeps serving, names the state, refuses what it
 * cannot keep, shows it on the screen, touches nothing it does not understand, and goes on by itself where it can.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreState } from '#contract/rpc/system.ts';
import { chromiumArgs, openScreen } from '../support/browser.ts';
import { link, signInBrowser, startDemoLine, type Client, type DemoLine, type Station } from '../support/demo-line.ts';
import { factsIn } from '../support/facts.ts';
import { describeWith, systemPart } from '../support/system.ts';
import { actNow, machineReady, placeNow, reasonsOf, signIn, workTo } from '../support/work.ts';

const pump = 'PMP100-2600417';

let line: DemoLine;
let station: Station;
let client: Client;
let cookie: string;
let browser: Browser | null = null;
let page: Page | null = null;
const mounted: string[] = [];

const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });
function unmount(target: string): void {
  execFileSync('umount', ['-l', target], { stdio: 'ignore' });
  mounted.splice(mounted.indexOf(target), 1);
}

async function open(): Promise<void> {
  station = await line.startStation();
  cookie ??= await signInBrowser(station.url);
  ({ client } = await link(station.origin, cookie));
}
beforeAll(async () => {
  line = await startDemoLine(['--speed', '10']);
  mkdirSync(line.data);
  if (systemPart('mount') !== null) {
    mount('-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', line.data);
    mounted.push(line.data);
  }
  await open();
  await signIn(client);
  await machineReady(client);
  await workTo(client, pump, 'prepare');
  const executablePath = systemPart('chromium');
  if (executablePath !== null) {
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    page = await openScreen(browser, station.origin, cookie);
  }
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await station?.child.kill('SIGKILL');
  for (const target of mounted.toReversed()) unmount(target);
  await line?.stop();
});

const file = (name: string): string => join(line.data, name);
const storeState = async (): Promise<StoreState> => (await client.system.get()).store.state;
const confirm = (commandId: string = randomUUID()) =>
  placeNow(client).then((place) =>
    client.execution.act({ commandId, ...place, action: { type: 'instruction', do: 'confirm' } }),
  );
const confirmed = (): number => factsIn(line.data).filter(({ type }) => type === 'instruction.confirmed').length;

/** Everything that would be a fact is refused with the state; what only asks is answered. */
async function takesNothing(state: Exclude<StoreState, 'ok'>): Promise<void> {
  const commandId = (): string => randomUUID();
  const refused = [
    await client.execution.start({ commandId: commandId(), serial: 'PMP100-2600418' }),
    await client.people.signIn({ commandId: commandId(), badge: 'BDG-1001', pin: null }),
    await client.people.signIn({ commandId: commandId(), badge: 'BDG-1004', pin: '0000' }),
    await client.people.lock({ commandId: commandId() }),
    await client.units.hold({ commandId: commandId(), serial: pump, reason: 'x' }),
    await client.orders.createUnit({ commandId: commandId(), orderId: 'WO-10452' }),
  ];
  for (const outcome of refused)
    expect(outcome).toMatchObject({ refusal: { reasons: [{ code: 'store.not-writable', params: { state } }] } });
  expect(await client.scan.submit({ text: `PMP100-26004${Math.random()}`, source: 'wedge' })).toMatchObject({
    result: 'refused',
    refusal: { reasons: [{ code: 'store.not-writable' }] },
  });
  // The refused start has become the page.
  await client.execution.dismiss();
  await client.units.list({ query: '', cursor: null, limit: 50 });
  await client.orders.list({ cursor: null, limit: 50, status: 'all' });
  expect(station.child.process.exitCode).toBeNull();
}
async function screenShows(state: StoreState): Promise<void> {
  if (page === null) return;
  const trouble = page.getByTestId('store-trouble');
  if (state === 'ok') {
    await expect
      .poll(() => page?.locator('[data-testid="step"]').getAttribute('data-step'), { timeout: 30_000 })
      .toBe('prepare');
    await expect.poll(() => trouble.count()).toBe(0);
  } else {
    await expect.poll(() => trouble.getAttribute('data-state'), { timeout: 30_000 }).toBe(state);
    const words = await trouble.textContent();
    expect(words).toContain(line.data);
    await expect.poll(() => page?.getByTestId('primary-action').count()).toBe(0);
  }
}

/** Leaves this many bytes free; 0 fills it to the last one. */
function fill(free: number): void {
  const to = openSync(file('ballast'), 'a');
  const { bavail, bsize } = statfsSync(line.data);
  const block = Buffer.alloc(64 * 1024);
  try {
    for (let left = bavail * bsize - free; left > 0 || free === 0; left -= block.length) writeSync(to, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(to);
  }
}

describeWith('mount', 'the disk is full', () => {
  const clicked = randomUUID();

  it('little room: nothing is accepted any more, and the screen says why', async () => {
    expect(await storeState()).toBe('ok');
    fill(8 * 1024 * 1024);
    await expect.poll(storeState).toBe('disk-full');
    await takesNothing('disk-full');
    expect(reasonsOf(await confirm(clicked))).toEqual(['store.not-writable']);
    expect(await placeNow(client)).toMatchObject({ stepId: 'prepare' });
    await screenShows('disk-full');
  }, 240_000);

  it('not a byte left: it serves on, and starts like that', async () => {
    fill(0);
    await takesNothing('disk-full');
    await station.child.kill('SIGKILL');
    await open();
    await expect.poll(storeState).toBe('disk-full');
    expect(await placeNow(client)).toMatchObject({ stepId: 'prepare' });
    await takesNothing('disk-full');
    await screenShows('disk-full');
  }, 240_000);

  it('room again: it goes on by itself, and the same click is now done, once', async () => {
    rmSync(file('ballast'));
    await expect.poll(storeState, { timeout: 30_000 }).toBe('ok');
    await screenShows('ok');
    const before = confirmed();
    expect(reasonsOf(await confirm(clicked))).toEqual([]);
    expect(confirmed()).toBe(before + 1);
    await client.units.hold({ commandId: randomUUID(), serial: pump, reason: 'Taken up again from the start' });
    await client.people.signIn({ commandId: randomUUID(), badge: 'BDG-1004', pin: '2468' });
    expect(reasonsOf(await client.units.liftHold({ commandId: randomUUID(), serial: pump, reason: 'Go on' }))).toEqual(
      [],
    );
    await signIn(client);
    await workTo(client, pump, 'prepare');
  }, 240_000);
});

/** Ends the station as a service manager does, changes what lies on its disk, starts it again. */
async function restartWith(change: () => void): Promise<void> {
  await station.child.kill('SIGTERM');
  change();
  await open();
}

describeWith('mount', 'the data file may not be written', () => {
  it('the step is still shown to those who ask, nothing is accepted, the file stays as it is', async () => {
    await restartWith(() => {
      mount('--bind', file('station.db'), file('station.db'));
      mounted.push(file('station.db'));
      mount('-o', 'remount,bind,ro', file('station.db'));
    });
    const before = readFileSync(file('station.db'));
    expect(await storeState()).toBe('read-only');
    expect(await placeNow(client)).toMatchObject({ stepId: 'prepare' });
    expect((await client.units.get({ serial: pump }))?.status).toBe('in-work');
    await takesNothing('read-only');
    await screenShows('read-only');
    await restartWith(() => {
      unmount(file('station.db'));
      expect(readFileSync(file('station.db')).equals(before)).toBe(true);
    });
    expect(await storeState()).toBe('ok');
    await screenShows('ok');
  }, 240_000);
});

describe('damaged files', () => {
  const sound = () => file('station.db.sound');
  let before: readonly string[] = [];
  const records = (): string[] => factsIn(line.data).map((fact) => JSON.stringify(fact));

  it.each([
    {
      name: 'one fact changed by hand',
      readable: true,
      damage(bytes: Buffer) {
        // Wherever it lies: SQLite leaves copies of what it moved.
        const fact = before.findLast((record) => record.includes('"stepType":"instruction"')) ?? 'there is none';
        let changed = 0;
        for (let at = bytes.indexOf(fact); at !== -1; at = bytes.indexOf(fact, at + 1), changed += 1)
          bytes.write(fact.replace('"stepType":"instruction"', '"stepType":"instructioX"'), at);
        expect(changed).toBeGreaterThan(0);
      },
    },
    {
      name: 'a hole in the middle',
      readable: false,
      damage: (bytes: Buffer) => void bytes.fill(0, 4_096, bytes.length - 4_096),
    },
    { name: 'garbage from the first byte', readable: false, damage: (bytes: Buffer) => void randomFillSync(bytes) },
  ])(
    'station.db: $name',
    async ({ damage, readable }) => {
      let damaged: Buffer = Buffer.alloc(0);
      await restartWith(() => {
        if (before.length === 0) {
          before = records();
          copyFileSync(file('station.db'), sound());
        }
        damaged = readFileSync(sound());
        damage(damaged);
        writeFileSync(file('station.db'), damaged);
        if (readable) before = records();
      });
      expect(await storeState()).toBe('corrupt');
      expect((await client.system.get()).store.detail).not.toBe('');
      await takesNothing('corrupt');
      await screenShows('corrupt');
      // What is left of it is somebody's evidence.
      if (readable) expect(records()).toEqual(before);
      else expect(readFileSync(file('station.db')).equals(damaged)).toBe(true);
    },
    240_000,
  );

  it('the sound file put back: the same step', async () => {
    await restartWith(() => copyFileSync(sound(), file('station.db')));
    expect(await storeState()).toBe('ok');
    expect(await placeNow(client)).toMatchObject({ stepId: 'prepare' });
    await screenShows('ok');
  }, 240_000);

  it('history.db: production does not notice', async () => {
    await restartWith(() => {
      rmSync(file('history.db-wal'), { force: true });
      writeFileSync(file('history.db'), randomBytes(100_000));
    });
    expect(await storeState()).toBe('ok');
    await machineReady(client);
    await workTo(client, pump, 'measure-bore');
    expect(reasonsOf(await actNow(client, { type: 'measure', do: 'type', value: 24.005 }))).toEqual([]);
    const asked = await client.devices.history({
      tagId: 'press.ram-force',
      fromAt: 0,
      toAt: Date.now(),
      maxPoints: 100,
    });
    expect(asked.at).toEqual([]);
  }, 240_000);
});
