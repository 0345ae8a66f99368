import { describe, expect, test, vi, beforeEach, afterEach } from 'vitest';
import type { ByteLinkEvents, DeviceCondition, DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { createDigimatic } from './driver.ts';
import { FakeCalliper } from './fake-device.ts';
import { driver as module } from './index.ts';
import { manifest } from './manifest.ts';

const link = { kind: 'tcp', host: 'memory', port: 1 } as const;
const mm: TagBinding = {
  id: 'size',
  address: 'value',
  type: 'number',
  unit: 'mm',
  samplingMs: 0,
  deadband: 0,
  bridgeMs: 0,
};

function setUp(settings: object = {}) {
  const conditions: DeviceCondition[] = [];
  const readings: TagReading[] = [];
  const problems: unknown[] = [];
  const facts: unknown[] = [];
  const asked: string[] = [];
  let events: ByteLinkEvents | null = null;
  let fromStation: (bytes: Uint8Array) => void = () => {};
  const host: DriverHost = {
    deviceId: 'calliper',
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      setTimer: (ms, run) => {
        const timer = setTimeout(run, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    openLink: async (_settings, given) => {
      events = given;
      return {
        description: '',
        write: async (bytes) => {
          asked.push(Buffer.from(bytes).toString('latin1'));
          fromStation(bytes);
        },
        close: async () => {},
      };
    },
    readings: (batch) => readings.push(...batch),
    condition: (condition) => conditions.push(condition),
    problem: (problem, params) => problems.push([problem, params]),
    bytes: () => {},
    trace: () => {},
    info: (given) => facts.push(given),
  };
  const calliper = new FakeCalliper(
    {
      link,
      send: (bytes) => events?.data(bytes),
      received: (listener) => (fromStation = listener),
    },
    '1\r',
  );
  const driver = createDigimatic(host, manifest.settings.parse({ link, ...settings }), [mm]);
  const values = (): unknown[] => readings.map(({ value, quality, status }) => (quality === 'good' ? value : status));
  const state = (): unknown => conditions.at(-1)?.state;
  const lose = (): void => events?.closed('closed-by-device', 'pulled');
  return { driver, calliper, conditions, readings, problems, facts, asked, values, state, lose };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('with a button', () => {
  test('takes each press, tells the resolution once, cannot be asked', async () => {
    const { driver, calliper, values, facts, asked } = setUp();
    expect(driver.read).toBeUndefined();
    expect(module.manifest.pushesWith?.(manifest.settings.parse({ link }))).toBe(true);
    driver.start();
    await pass(0);
    calliper.press(24.005);
    calliper.press(24.007);
    expect(values()).toEqual([24.005, 24.007]);
    expect(facts).toEqual([{ decimals: 3, channel: 1 }]);
    await pass(60_000);
    expect(asked).toEqual([]);
  });

  test('what is damaged, of another channel or an error flows as bad and is counted', async () => {
    const { driver, calliper, values, problems } = setUp();
    driver.start();
    await pass(0);
    calliper.garbage();
    calliper.error(2);
    calliper.inInches(0.945);
    calliper.half(24.005);
    await pass(1_000);
    calliper.press(24.005);
    expect(values()).toEqual(['frame-invalid', 'gauge-error-2', 'wrong-unit', 'frame-invalid', 24.005]);
    expect(problems).toEqual([
      ['frame-invalid', { fault: 'format', frame: '01A+0012345' }],
      ['no-answer', { code: 2, frame: '912' }],
      ['wrong-unit', { expected: 'mm', frame: '01A+0000.945in' }],
      ['frame-invalid', { fault: 'terminator-missing', frame: '01A+0024' }],
    ]);
  });
});

describe('asked', () => {
  const settings = { request: '1\r', pollMs: 500, answerTimeoutMs: 1_000 };

  test('asks again after each answer', async () => {
    const { driver, calliper, values, asked } = setUp(settings);
    expect(module.manifest.pushesWith?.(manifest.settings.parse({ link, ...settings }))).toBe(false);
    calliper.shows = 24;
    driver.start();
    await pass(1_600);
    expect(asked).toEqual(['1\r', '1\r', '1\r', '1\r']);
    expect(values()).toEqual([24, 24, 24, 24]);
  });

  test('no answer twice: silent; an answer: connected again', async () => {
    const { driver, calliper, conditions, problems, state } = setUp(settings);
    calliper.shows = 24;
    driver.start();
    await pass(100);
    expect(state()).toBe('connected');
    calliper.shows = null;
    await pass(1_500);
    expect(state()).toBe('connected');
    expect(problems).toEqual([['no-answer', { answerTimeoutMs: 1_000 }]]);
    await pass(1_500);
    expect(conditions.at(-1)).toMatchObject({ state: 'silent', problem: 'no-answer' });
    calliper.shows = 25;
    await pass(600);
    expect(state()).toBe('connected');
  });

  test('read() answers with a value asked for after the call', async () => {
    const { driver, calliper, asked } = setUp(settings);
    calliper.shows = 24;
    driver.start();
    await pass(100);
    calliper.shows = 25;
    const answer = await driver.read!([0]);
    expect(answer).toMatchObject({ ok: true, value: [{ tag: 0, value: 25, quality: 'good' }] });
    expect(asked).toHaveLength(2);

    // While a question is open its answer may be of an older moment: another question is put.
    calliper.shows = null;
    await pass(600);
    expect(asked).toHaveLength(3);
    const late = driver.read!([0]);
    calliper.shows = 27;
    calliper.press(26);
    expect(await late).toMatchObject({ ok: true, value: [{ value: 27 }] });
  });

  test('read() without a gauge says so and never hangs', async () => {
    const { driver, calliper, lose } = setUp(settings);
    expect(await driver.read!([0])).toMatchObject({ ok: false, status: 'not-connected' });
    calliper.shows = null;
    driver.start();
    await pass(1_000 + 10);
    const silent = driver.read!([0]);
    await pass(1_000);
    expect(await silent).toMatchObject({ ok: false, status: 'no-answer' });
    const pulled = driver.read!([0]);
    lose();
    expect(await pulled).toMatchObject({ ok: false, status: 'not-connected' });
    await pass(300);
    const stopped = driver.read!([0]);
    await driver.stop();
    expect(await stopped).toMatchObject({ ok: false, status: 'stopped' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
