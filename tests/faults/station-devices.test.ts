/**
 * Devices that go away and come back in the middle of the work, on the real station with its simulators as processes:
 * the step says so, nothing untrue is accepted meanwhile, and the work goes on by itself with nothing lost or doubled.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceState } from '#contract/driver.ts';
import type { StepState } from '#contract/rpc/execution.ts';
import { editPlant, link, signInBrowser, startDemoLine, type Client, type DemoLine } from '../support/demo-line.ts';
import { factsIn, factsOf } from '../support/facts.ts';
import { actNow, deviceNow, placeNow, reasonsOf, signIn, tagNow, workTo } from '../support/work.ts';

/** Measured by hand only where the definition allows it: here it does not, and the first step reads the machine itself. */
const gaugesOnly = 'PMP200-2600033';
/** Its measurement may be typed. */
const pump = 'PMP100-2600417';
const otherPump = 'PMP100-2600418';

let line: DemoLine;
let client: Client;

beforeAll(async () => {
  line = await startDemoLine();
  // Silent for as long again before the connection is given up: to be seen by a test that is late.
  editPlant(line, 'devices/press.yaml', '/press\n', '/press\n  keepAliveMs: 250\n  silentAfterMs: 4000\n');
  editPlant(
    line,
    'definitions/PMP-200.A/definition.yaml',
    'characteristics:\n',
    'characteristics:\n  - { id: oil, title: { en: Oil, de: Öl }, unit: Cel, decimals: 1, lower: 10, upper: 90 }\n',
  );
  editPlant(
    line,
    'definitions/PMP-200.A/definition.yaml',
    '      - id: measure-bore\n',
    `      - id: measure-oil
        type: measure
        title: { en: Read the oil, de: Öl ablesen }
        characteristic: oil
        tag: press.oil-temperature
        points: [{ en: Before, de: Vorher }, { en: After, de: Nachher }]
      - id: measure-bore
`,
  );
  const station = await line.startStation();
  ({ client } = await link(station.origin, await signInBrowser(station.url)));
  await signIn(client);
}, 240_000);
afterAll(() => line?.stop());

const blocked = async (): Promise<string[]> => {
  const { step } = await client.execution.get();
  return step?.blocked.map(({ code }) => code) ?? ['no step'];
};
const becomes = (device: string, state: DeviceState): Promise<unknown> =>
  expect.poll(async () => (await deviceNow(client, device)).condition.state, { timeout: 30_000 }).toBe(state);
const notTaken = async () => (await client.execution.get()).step?.refusedPush;
const values = async (): Promise<number[]> => {
  const state: StepState | undefined = (await client.execution.get()).step?.state;
  return state?.type === 'measure' ? state.values.map(({ reading }) => reading.value) : [];
};
const measured = (executionId: string, stepId: string) =>
  factsOf(line.data, 'measurement.recorded').filter(
    ({ body }) => body.executionId === executionId && body.stepId === stepId,
  );
const start = (serial: string) => client.execution.start({ commandId: randomUUID(), serial });
const take = () => actNow(client, { type: 'measure', do: 'take' });
const type = (value: number) => actNow(client, { type: 'measure', do: 'type', value });
const stepNow = async (): Promise<string> => {
  const { mode, step } = await client.execution.get();
  return mode === 'step' ? (step?.definition.id ?? '') : mode;
};
const phase = async (): Promise<string> => {
  const state: StepState | undefined = (await client.execution.get()).step?.state;
  return state?.type === 'machine-cycle' ? state.phase : 'no cycle';
};
const cycleCount = async (): Promise<unknown> => (await tagNow(client, 'press.cycle-count'))?.value;

describe('the machine is away', () => {
  /** UTC ms within which the press certainly was not there. */
  const away = { from: 0, to: 0 };

  it('a unit that needs it is refused with every reason, and starts when it is back', async () => {
    await becomes('press', 'connected');
    await expect.poll(async () => (await tagNow(client, 'press.state'))?.quality).toBe('good');
    await line.press().kill('SIGKILL');
    await becomes('press', 'disconnected');
    away.from = Date.now();
    const before = factsIn(line.data).length;
    const refused = await start(gaugesOnly);
    expect(reasonsOf(refused)).toEqual(['device.not-connected', 'tag.stale', 'tag.bad-quality']);
    expect(refused).toMatchObject({
      refusal: {
        reasons: [
          { params: { device: 'press', state: 'disconnected', sinceMs: expect.any(Number) } },
          { params: { tag: 'press.state', ageMs: expect.any(Number) } },
          { params: { tag: 'press.state', status: expect.stringMatching(/^Bad/) } },
        ],
        next: [{ code: 'open-devices', params: { device: 'press' } }, { code: 'scan-another-unit' }],
      },
    });
    expect((await client.execution.get()).mode).toBe('refused');
    expect(factsIn(line.data)).toHaveLength(before);

    away.to = Date.now();
    await line.startPress();
    await becomes('press', 'connected');
    await expect.poll(async () => reasonsOf(await start(gaugesOnly))).toEqual([]);
    expect(await stepNow()).toBe('measure-oil');
  }, 240_000);

  it('the history has a gap for it, not a straight line', async () => {
    const gap = async (): Promise<unknown> => {
      const { at, value } = await client.devices.history({
        tagId: 'press.oil-temperature',
        fromAt: away.from - 60_000,
        toAt: Date.now(),
      });
      const within = value.filter((_, index) => (at[index] ?? 0) >= away.from && (at[index] ?? 0) <= away.to);
      const before = value.filter((_, index) => (at[index] ?? 0) < away.from);
      return {
        before: before.some((sample) => sample !== null),
        endsWith: before.at(-1),
        within: within.filter((sample) => sample !== null),
        after: value.at(-1) !== null,
      };
    };
    await expect.poll(gap).toEqual({ before: true, endsWith: null, within: [], after: true });
  });

  it('connected but silent: its last value is not taken, the next one is', async () => {
    const { executionId } = await placeNow(client);
    await expect.poll(async () => reasonsOf(await take())).toEqual([]);
    line.press().process.kill('SIGSTOP');
    await becomes('press', 'silent');
    expect(await blocked()).toContain('device.silent');
    expect(reasonsOf(await take())).toEqual(expect.arrayContaining(['device.silent', 'tag.stale']));
    expect(reasonsOf(await type(41))).toEqual(expect.arrayContaining(['device.silent', 'value.typed-not-allowed']));
    expect(await values()).toHaveLength(1);
    line.press().process.kill('SIGCONT');
    await expect.poll(blocked, { timeout: 30_000 }).toEqual([]);
    await expect.poll(async () => reasonsOf(await take())).toEqual([]);
    expect(await stepNow()).toBe('measure-bore');
    expect(measured(executionId, 'measure-oil').map(({ body }) => [body.index, body.reading.entry])).toEqual([
      [1, 'device'],
      [2, 'device'],
    ]);
  }, 240_000);
});

describe('the calliper is unplugged in the middle of the measurement', () => {
  it('the step says so, nothing gets in, and it goes on by itself', async () => {
    const { executionId } = await placeNow(client);
    await becomes('calliper', 'connected');
    await line.control('calliper', 'value', { value: 24.011 });
    await expect.poll(values).toEqual([24.011]);

    await line.control('calliper', 'unplug');
    await expect.poll(blocked).toEqual(['device.not-connected']);
    expect((await client.execution.get()).step?.blocked[0]?.params).toMatchObject({ device: 'calliper' });
    // Pressed without a cable: nobody hears it, now or later.
    await line.control('calliper', 'value', { value: 24.022 });
    expect(reasonsOf(await type(24.004))).toEqual(['device.not-connected', 'value.typed-not-allowed']);
    expect(reasonsOf(await take())).toEqual(['device.not-connected', 'step.action-not-possible']);

    await line.control('calliper', 'plug');
    await expect.poll(blocked, { timeout: 30_000 }).toEqual([]);
    expect(await values()).toEqual([24.011]);
    expect(await notTaken()).toBeNull();
    // What is damaged, absurd or of another part's size is not taken; the next good one is.
    await line.control('calliper', 'garbage');
    await expect.poll(notTaken).toMatchObject({ value: null, reasons: [{ code: 'tag.bad-quality' }] });
    await line.control('calliper', 'value', { value: 99 });
    await expect.poll(notTaken).toMatchObject({ value: 99, reasons: [{ code: 'value.implausible' }] });
    expect((await deviceNow(client, 'calliper')).problems.map(({ problem }) => problem)).toContain('frame-invalid');
    await line.control('calliper', 'value', { value: 24.004 });
    await expect.poll(values).toEqual([24.011, 24.004]);
    expect(await notTaken()).toBeNull();
    await line.control('calliper', 'value', { value: 24.009 });
    await expect.poll(stepNow).toBe('check');
    expect(measured(executionId, 'measure-bore').map(({ body }) => [body.index, body.reading.value])).toEqual([
      [1, 24.011],
      [2, 24.004],
      [3, 24.009],
    ]);
    for (const item of ['burrs', 'heater']) await actNow(client, { type: 'checklist', do: 'answer', item, ok: true });
    expect(await stepNow()).toBe('passed');
  }, 240_000);
});

describe('the scanner is unplugged in the middle of a step', () => {
  it('the screen can still scan, and what was scanned without a cable never comes', async () => {
    const { executionId } = await workTo(client, pump, 'scan-housing');
    await becomes('scanner', 'connected');
    await line.control('scanner', 'unplug');
    await becomes('scanner', 'disconnected');
    expect(await blocked()).toEqual([]);
    await line.control('scanner', 'scan', { text: 'HSG-100|L:LOST' });
    await line.control('scanner', 'plug');
    await becomes('scanner', 'connected');
    expect(await stepNow()).toBe('scan-housing');
    await line.control('scanner', 'scan', { text: 'HSG-100|L:H-22817' });
    await expect.poll(stepNow).toBe('scan-impeller');

    await line.control('scanner', 'unplug');
    await becomes('scanner', 'disconnected');
    const scanned = await client.scan.submit({ text: 'IMP-100|S:IMP-009112', source: 'wedge' });
    expect(scanned).toMatchObject({ kind: 'component', result: 'accepted' });
    expect(await stepNow()).toBe('press-bearing');
    await line.control('scanner', 'plug');
    await becomes('scanner', 'connected');
    expect(
      factsOf(line.data, 'component.fitted')
        .filter(({ body }) => body.executionId === executionId)
        .map(({ body }) => body.code),
    ).toEqual(['HSG-100|L:H-22817', 'IMP-100|S:IMP-009112']);
  }, 240_000);
});

describe('the machine goes in the middle of its cycle', () => {
  const cycleFacts = (executionId: string): string[] =>
    factsIn(line.data)
      .filter(
        ({ type: name, body }) =>
          name.startsWith('machine-cycle.') && 'executionId' in body && body.executionId === executionId,
      )
      .map(({ type: name }) => name.slice('machine-cycle.'.length));

  it('killed and started again, it has forgotten the cycle: the attempt fails, it is not started behind anybody’s back', async () => {
    const { executionId } = await workTo(client, pump, 'press-bearing');
    expect(reasonsOf(await actNow(client, { type: 'machine-cycle', do: 'start' }))).toEqual([]);
    await expect.poll(phase, { interval: 20 }).toBe('running');
    await line.startPress();
    await expect.poll(stepNow, { timeout: 30_000 }).toBe('failed');
    const { failure } = await client.execution.get();
    expect(failure).toMatchObject({ consequence: 'retry', triesLeft: 1 });
    expect(failure?.reasons.map(({ code }) => code)).toContain('machine.cycle-lost');
    await becomes('press', 'connected');
    await expect
      .poll(async () => [await cycleCount(), (await tagNow(client, 'press.state'))?.value])
      .toEqual([0, 'Idle']);
    expect(cycleFacts(executionId)).toEqual(['requested', 'prepared', 'started', 'aborted']);

    const at = { executionId, stepId: 'press-bearing' };
    const retried = await client.execution.retry({ commandId: randomUUID(), ...at, attempt: 1 });
    expect(reasonsOf(retried)).toEqual([]);
    await expect.poll(blocked).toEqual([]);
    await actNow(client, { type: 'machine-cycle', do: 'start' });
    await expect.poll(stepNow, { timeout: 30_000 }).toBe('measure-bore');
    await expect.poll(cycleCount).toBe(1);
    expect(cycleFacts(executionId).slice(4)).toEqual(['requested', 'prepared', 'started', 'finished']);
    const ids = factsOf(line.data, 'machine-cycle.requested').map(({ body }) => body.cycleId);
    expect(new Set(ids).size).toBe(2);
  }, 240_000);

  it('where a value may be typed, an unplugged calliper does not stop the work, and the record tells which is which', async () => {
    const { executionId } = await placeNow(client);
    await line.control('calliper', 'value', { value: 24.011 });
    await expect.poll(values).toEqual([24.011]);
    await line.control('calliper', 'unplug');
    await becomes('calliper', 'disconnected');
    expect(await blocked()).toEqual([]);
    expect(reasonsOf(await type(24.004))).toEqual([]);
    await line.control('calliper', 'plug');
    await becomes('calliper', 'connected');
    await line.control('calliper', 'value', { value: 24.009 });
    await expect.poll(stepNow).toBe('check');
    expect(measured(executionId, 'measure-bore').map(({ body }) => [body.reading.value, body.reading.entry])).toEqual([
      [24.011, 'device'],
      [24.004, 'typed'],
      [24.009, 'device'],
    ]);
    for (const item of ['burrs', 'bearing-seated', 'impeller-turns'])
      await actNow(client, { type: 'checklist', do: 'answer', item, ok: true });
    expect(await stepNow()).toBe('passed');
  }, 240_000);

  it('silent for a while, then going on: the cycle is collected, once', async () => {
    const { executionId } = await workTo(client, otherPump, 'press-bearing');
    const before = Number(await cycleCount());
    await actNow(client, { type: 'machine-cycle', do: 'start' });
    await expect.poll(phase, { interval: 20 }).toBe('running');
    line.press().process.kill('SIGSTOP');
    await becomes('press', 'silent');
    expect(await phase()).toBe('running');
    line.press().process.kill('SIGCONT');
    await expect.poll(stepNow, { timeout: 40_000 }).toBe('measure-bore');
    await expect.poll(cycleCount).toBe(before + 1);
    expect(cycleFacts(executionId)).toEqual(['requested', 'prepared', 'started', 'finished']);
  }, 240_000);
});

it('nothing in the record is of doubtful quality', () => {
  const readings = [
    ...factsOf(line.data, 'measurement.recorded').map(({ body }) => body.reading),
    ...factsOf(line.data, 'machine-cycle.finished').flatMap(({ body }) => body.results.map(({ reading }) => reading)),
  ];
  expect(readings.length).toBe(2 + 3 + 3 + 2 + 2);
  expect(readings.filter(({ quality }) => quality !== 'good')).toEqual([]);
});
