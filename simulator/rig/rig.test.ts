import { afterEach, expect, test } from 'vitest';
import type { TagBinding } from '#contract/driver.ts';
import { portOf, startControl, stopControl } from '#simulator/line/control.ts';
import { pressCommands, pressState, type PressHost } from '#simulator/press/commands.ts';
import { PressModel, seededChance } from '#simulator/press/model.ts';
import type { Running } from '#simulator/process.ts';
import { driver as modbus } from '#station/drivers/modbus/index.ts';
import { openLink } from '#station/links/open-link.ts';
import { recordingHost } from '#tests/conformance/recording-host.ts';
import { until } from '#tests/conformance/wires.ts';
import { Infeed, pressSeen } from './infeed.ts';
import { RigModel } from './model.ts';
import { rigDefaults, startRig } from './rig.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const model = (more = {}) => new RigModel({ places: 2, cycleMs: 15_000, starvedAfterMs: 5_000, count: 0, ...more });

test('each cycle takes a part out of the buffer; without one it waits, and then it is starved', () => {
  const rig = model();
  expect(rig.state).toBe('ready');
  rig.advance(5_000);
  expect(rig.state).toBe('starved');
  rig.putIn(3);
  expect(rig).toMatchObject({ state: 'running', buffered: 2, isFull: true, produced: 0 });
  rig.advance(14_999);
  expect(rig).toMatchObject({ state: 'running', buffered: 2, produced: 0 });
  rig.failing = 1;
  // One tick, however long, skips nothing: the second fails, the third is the last.
  rig.advance(1 + 15_000 + 15_000 + 4_999);
  expect(rig).toMatchObject({ state: 'ready', buffered: 0, produced: 3, scrap: 1, lastCycleMs: 15_000 });
  rig.advance(1);
  expect(rig.state).toBe('starved');
});

test('it breaks down within a test, which begins again; a full outfeed lets it finish, and then it stands', () => {
  const rig = model();
  rig.putIn(3);
  rig.advance(14_000);
  rig.breakDown('E31');
  rig.advance(60_000);
  expect(rig).toMatchObject({ state: 'fault', alarm: 'E31', buffered: 2, produced: 0 });
  expect([rig.recover(), rig.recover()]).toEqual([true, false]);
  rig.advance(14_000);
  expect(rig).toMatchObject({ state: 'running', produced: 0 });
  rig.blocked = true;
  rig.advance(60_000);
  expect(rig).toMatchObject({ state: 'blocked', buffered: 2, produced: 1 });
  rig.blocked = false;
  rig.advance(1);
  expect(rig).toMatchObject({ state: 'running', buffered: 1 });
});

test('of the press it takes what came while it looked: nothing of before, nothing a counter claims, nothing of a press anew', () => {
  const infeed = new Infeed();
  expect([400, 400, 402].map((handedOn) => infeed.came({ handedOn }))).toEqual([0, 0, 2]);
  expect([403, 1, 2].map((handedOn) => infeed.came({ handedOn }))).toEqual([1, 0, 1]);
  expect(pressSeen({ device: 'balance' })).toBeNull();
});

test('it blocks the press whoever clears it, and leaves a hand that blocks it alone once it said that there is room', () => {
  const infeed = new Infeed();
  const tells = (blocked: boolean, isFull: boolean): boolean | null => {
    const told = infeed.tells({ blocked }, isFull);
    if (told !== null) infeed.wasTold(told);
    return told;
  };
  // What a rig that was killed had told stands until this one looks.
  expect([tells(true, false), tells(false, false)]).toEqual([false, null]);
  expect([tells(false, true), tells(true, true), tells(false, true)]).toEqual([true, null, true]);
  expect([tells(true, false), tells(false, false), tells(true, false)]).toEqual([false, null, null]);
  // The press did not answer to the word that there is room.
  infeed.wasTold(null);
  expect(tells(true, false)).toBe(false);
});

async function rig(options: Partial<typeof rigDefaults>) {
  const running: Running = await startRig({ ...rigDefaults, port: 0, control: 0, ...options });
  ends.push(() => running.stop());
  const control = `http://127.0.0.1:${running.ready['control']}`;
  const say = async (path: string, body: object = {}): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${control}/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  const state = async () => (await (await fetch(control)).json()) as Record<string, unknown>;
  return { running, say, state };
}

test('the chain: it breaks down, the strokes of the press fill the buffer, the press is blocked, and runs again', async () => {
  const press = new PressModel(seededChance(7));
  const host = { speed: 1_000, clockOffsetMs: 0, plugged: true } as PressHost;
  const control = await startControl(0, () => pressState(press, host), pressCommands(press, host));
  ends.push(() => stopControl(control));
  press.feed(18_000);
  const strokes = (count: number): void => {
    for (const end = press.cycleCount + count; press.cycleCount < end && !press.blocked;) press.advance(50);
  };
  // Made while nobody stood behind it.
  strokes(3);
  const machine = `http://127.0.0.1:${portOf(control)}`;
  const { running, say, state } = await rig({ machine, places: 2 });
  await expect.poll(async () => (await state())['state'], { timeout: 30_000 }).toBe('starved');
  expect(await state()).toMatchObject({ press: 'free', buffered: 0, produced: 0, speed: 1_000 });
  press.failing = 1;
  strokes(2);
  // One out of limits goes no further.
  await expect.poll(async () => (await state())['produced'], { timeout: 30_000 }).toBe(1);
  expect(await say('fault')).toMatchObject({ state: 'fault', alarm: 'E31 Test pressure does not hold' });
  strokes(2);
  await expect.poll(() => press.blocked, { timeout: 30_000 }).toBe(true);
  expect(await state()).toMatchObject({ press: 'blocked', buffered: 2, produced: 1 });
  press.blocked = false;
  await expect.poll(() => press.blocked, { timeout: 30_000 }).toBe(true);
  expect(await say('recover')).toMatchObject({ status: 200, alarm: '' });
  await expect.poll(() => press.blocked, { timeout: 30_000 }).toBe(false);
  await expect.poll(async () => (await state())['produced'], { timeout: 30_000 }).toBe(3);
  // Who goes leaves nothing in the way.
  await say('fault');
  await say('part', { parts: 2 });
  await expect.poll(() => press.blocked, { timeout: 30_000 }).toBe(true);
  await running.stop();
  expect(press.blocked).toBe(false);
}, 240_000);

test('the station reads it as the demo does: bits, counters over their end, what is wrong', async () => {
  const { running, say } = await rig({ count: 2 ** 32 - 1, speed: 100 });
  const tag = (address: string, type: TagBinding['type'] = 'number'): TagBinding => {
    return { id: address, address, type, unit: null, samplingMs: 50, deadband: 0, bridgeMs: 0 };
  };
  const bits = [0, 1, 2, 3].map((bit) => tag(`input=0;bit=${bit}`, 'boolean'));
  const numbers = ['input=1', 'input=2;type=uint32', 'input=4;type=uint32', 'input=6;type=uint32'];
  const tags = [...bits, ...numbers.map((address) => tag(address)), tag('input=10;type=string;length=16', 'text')];
  const host = recordingHost(openLink);
  const link = { kind: 'tcp', host: '127.0.0.1', port: running.ready['port'] };
  const driver = modbus.create(host, modbus.manifest.settings.parse({ link }), tags);
  ends.push(() => driver.stop());
  driver.start();
  const now = () => tags.map((_, at) => host.good().findLast(({ tag: of }) => of === at)?.value);
  const shows = (wanted: readonly unknown[]) => until(() => `${now()}` === `${wanted}`, `shows ${wanted}`, 30_000);
  await shows([false, false, false, true, 0, 2 ** 32 - 1, 0, 0, '']);
  await say('fail');
  await say('part');
  await shows([false, false, false, true, 0, 0, 1, 15_000, '']);
  await say('fault', { alarm: 'E40 Geräusch' });
  await say('part', { parts: 2 });
  await say('block');
  await shows([false, true, true, false, 2, 0, 1, 15_000, 'E40 Geräusch']);
  await say('speed', { value: 0.01 });
  await say('block', { on: false });
  await say('recover');
  await shows([true, false, false, false, 1, 0, 1, 15_000, '']);
  expect(host.problems).toEqual([]);
}, 240_000);

test('what makes no sense changes nothing and is told', async () => {
  for (const [wrong, what] of [
    [{ places: 0 }, '--places'],
    [{ cycleS: 0 }, '--cycleS'],
    [{ speed: -1 }, '--speed'],
    [{ starvedAfterS: -1 }, '--starvedAfterS'],
    [{ count: 2 ** 32 }, '--count'],
    [{ machine: '48410' }, '--machine'],
  ] as const)
    await expect(startRig({ ...rigDefaults, port: 0, control: 0, ...wrong })).rejects.toThrow(what);
  const { say, state } = await rig({ starvedAfterS: 3_600 });
  const before = await state();
  for (const [path, body] of [
    ['recover', {}],
    ['fault', { alarm: '' }],
    ['fault', { alarm: 'x'.repeat(33) }],
    ['fault', { alarm: '圧力' }],
    ['block', { on: 'yes' }],
    ['part', { parts: 0 }],
    ['fail', { cycles: 1.5 }],
    ['cycle', { cycleMs: 5 }],
    ['speed', { value: -1 }],
    ['count', { value: -1 }],
  ] as const)
    expect(await say(path, body), path).toMatchObject({ status: 400, error: expect.any(String) });
  expect(await state()).toEqual(before);
}, 240_000);
