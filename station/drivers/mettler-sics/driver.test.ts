import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { manifest } from './manifest.ts';
import { both, link, pass, setUp } from './test-kit.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('by key', () => {
  test('finds out who is there, lets the key send, takes each press once', async () => {
    const { driver, balance, weighed, info, asked, problems } = setUp();
    expect(manifest.pushesWith?.(manifest.settings.parse({ link }))).toBe(true);
    driver.start();
    await pass(100);
    expect(asked).toEqual(['I4', 'I2', 'I3', 'I1', 'ST 1']);
    balance.pressKey(120.25);
    balance.pressKey(120.25);
    balance.pressKey(120.3);
    expect(weighed()).toEqual([120.25, 120.25, 120.3]);
    expect(info).toEqual({
      serialNumber: 'B021002593',
      model: 'MS4002S NewClassic 4200.00 g',
      software: '2.10 10.28.0.493.142',
      commandSet: '01 2.30 2.22',
      decimals: 2,
      unit: 'g',
    });
    await pass(60_000);
    expect(weighed()).toHaveLength(3);
    expect(problems).toEqual([]);
  });

  test('a balance of level 0 alone: what it does not know is left out, its own menu lets the key send', async () => {
    const { driver, balance, weighed, info, problems } = setUp();
    for (const command of ['I1', 'I2', 'I3', 'ST 1']) balance.unknown.add(command);
    balance.keySends = true;
    driver.start();
    await pass(100);
    balance.pressKey(120.25);
    expect(weighed()).toEqual([120.25]);
    expect(info).toEqual({ serialNumber: 'B021002593', decimals: 2, unit: 'g' });
    expect(problems).toEqual([]);
  });

  test('what is no weight flows as bad, is counted, and says what it is', async () => {
    const { driver, balance, weighed, problems } = setUp();
    driver.start();
    await pass(100);
    balance.pressKey(9_000);
    balance.load = -50;
    balance.pressKey();
    balance.instead = 'S S  Error 10b';
    balance.pressKey(1);
    balance.instead = null;
    balance.unit = 'kg';
    balance.pressKey(0.12);
    balance.unit = 'g';
    balance.garbage();
    balance.half(1);
    await pass(1_000);
    balance.raw('ES\r\n');
    balance.pressKey(120.25);
    const bad = (status: string): unknown[] => [status, null];
    expect(weighed()).toEqual([
      bad('overload'),
      bad('underload'),
      bad('device-fault'),
      bad('wrong-unit'),
      bad('frame-invalid'),
      bad('frame-invalid'),
      120.25,
    ]);
    expect(problems).toEqual([
      ['overload', { frame: 'S +' }],
      ['underload', { frame: 'S -' }],
      ['device-fault', { code: '10b', frame: 'S S  Error 10b' }],
      ['wrong-unit', { expected: 'g', frame: 'S S       0.12 kg' }],
      ['frame-invalid', { fault: 'format', frame: 'S S    1456.2 g' }],
      ['frame-invalid', { fault: 'terminator-missing', frame: 'S S       1.' }],
      ['no-answer', { code: 'ES', frame: 'ES' }],
    ]);
  });

  test('switched off: silent; switched on: who is there is asked anew and the key sends again', async () => {
    const { driver, balance, weighed, info, state, conditions } = setUp();
    driver.start();
    await pass(100);
    balance.switchOff();
    await pass(10_000);
    expect(conditions.at(-1)).toMatchObject({ state: 'silent', problem: 'no-answer' });
    balance.serialNumber = 'B999';
    balance.switchOn();
    await pass(2_000);
    expect(state()).toBe('connected');
    expect(info['serialNumber']).toBe('B999');
    expect(balance.armed).toBe(true);
    balance.pressKey(55.5);
    expect(weighed()).toEqual([55.5]);
  });

  test('off and on between two questions: noticed by its serial number, told at once that the key sends', async () => {
    const { driver, balance, state } = setUp();
    driver.start();
    await pass(100);
    balance.switchOff();
    expect(balance.armed).toBe(false);
    balance.switchOn();
    await pass(10);
    expect(balance.armed).toBe(true);
    expect(state()).toBe('connected');
  });

  test('not ready yet after switching on: asked again until it says who it is', async () => {
    const { driver, balance, info, problems } = setUp();
    balance.busy = true;
    driver.start();
    await pass(3_000);
    expect(info['serialNumber']).toBeUndefined();
    balance.busy = false;
    await pass(1_100);
    expect(info['serialNumber']).toBe('B021002593');
    expect(problems).toEqual([]);
  });

  test('the cable pulled inside a line: no weight, the serial number is forgotten until it is told again', async () => {
    const { driver, balance, weighed, problems, info, lose } = setUp();
    driver.start();
    await pass(100);
    balance.half(120.25);
    lose();
    expect(info['serialNumber']).toBe('');
    expect(problems).toEqual([['frame-invalid', { fault: 'cut-off', frame: 'S S     120.' }]]);
    await pass(500);
    expect(info['serialNumber']).toBe('B021002593');
    balance.pressKey(120.25);
    expect(weighed()).toEqual([120.25]);
  });
});

describe('by key with a needle', () => {
  test('the needle moves by itself, a press is a press', async () => {
    const { driver, balance, weighed, shown, problems } = setUp({ livePauseMs: 100 }, both);
    balance.load = 1;
    driver.start();
    await pass(50);
    expect(shown()).toEqual([]);
    await pass(60);
    balance.stable = false;
    balance.load = 2;
    await pass(300);
    balance.stable = true;
    balance.pressKey(3);
    await pass(300);
    expect(weighed()).toEqual([3]);
    expect(shown()[0]).toBe(1);
    expect(shown()).toContainEqual(['not-stable', 2]);
    expect(shown().at(-1)).toBe(3);
    expect(problems).toEqual([]);
  });

  test('a press while a question for the needle is on its way is told from the answer', async () => {
    const { driver, balance, weighed, shown } = setUp({ livePauseMs: 100 }, both);
    driver.start();
    await pass(80);
    balance.load = 7;
    balance.stable = false;
    balance.holds = true;
    await pass(80);
    // Held back: the answer to SI, moving. Then the key, at rest, and only then both arrive.
    balance.stable = true;
    balance.pressKey(8);
    expect([weighed(), shown().length]).toEqual([[], 0]);
    balance.release();
    await pass(20);
    expect(weighed()).toEqual([8]);
    expect(shown()).toEqual([['not-stable', 7]]);
  });

  test('a press that overtakes the answer is still the press', async () => {
    const { driver, balance, weighed, shown, asked } = setUp({ livePauseMs: 100 }, both);
    driver.start();
    await pass(80);
    balance.on = false;
    await pass(50);
    expect(asked.at(-1)).toBe('SI');
    balance.raw('S S       8.00 g\r\nS D       7.00 g\r\n');
    await pass(10);
    expect(asked.at(-1)).toBe('I4');
    balance.raw('I4 A "B021002593"\r\nS S       9.00 g\r\n');
    expect(weighed()).toEqual([8, 9]);
    expect(shown()).toEqual([['not-stable', 7]]);
  });

  test('an answer that comes too late is no press, and a press between is none lost', async () => {
    const { driver, balance, weighed, shown, problems } = setUp(
      { livePauseMs: 100, answerTimeoutMs: 500, armKey: false },
      both,
    );
    balance.load = 5;
    balance.keySends = true;
    driver.start();
    await pass(100);
    balance.holds = true;
    await pass(700);
    balance.pressKey(6);
    await pass(2_500);
    expect(weighed()).toEqual([]);
    balance.release();
    await pass(20);
    expect(weighed()).toEqual([6]);
    expect(shown().every((value) => value === 5)).toBe(true);
    expect(problems).toEqual([['no-answer', { answerTimeoutMs: 500 }]]);
    await pass(3_000);
    expect(weighed()).toEqual([6]);
  });

  test('a load left beyond the range is one problem, not one a question', async () => {
    const { driver, balance, shown, problems } = setUp({ livePauseMs: 100 }, both);
    balance.load = 9_000;
    driver.start();
    await pass(2_000);
    expect(shown().length).toBeGreaterThan(10);
    expect(problems).toEqual([['overload', { frame: 'S +' }]]);
  });

  test('SI unknown: the needle stays away, presses are taken', async () => {
    const { driver, balance, weighed, shown } = setUp({ livePauseMs: 100 }, both);
    balance.unknown.add('SI');
    driver.start();
    await pass(500);
    balance.pressKey(4);
    await pass(500);
    expect([weighed(), shown()]).toEqual([[4], []]);
  });
});

describe('asked', () => {
  const settings = { take: 'ask', stableTimeoutMs: 3_000 };

  test('the balance sends all the time; what moves is uncertain', async () => {
    const { driver, balance, weighed, shown } = setUp(settings, both);
    expect(manifest.pushesWith?.(manifest.settings.parse({ link, ...settings }))).toBe(false);
    driver.start();
    await pass(100);
    expect(balance.streaming).toBe(true);
    balance.stable = false;
    balance.tick(10);
    balance.stable = true;
    balance.tick(12);
    expect(weighed()).toEqual([0, ['not-stable', 10], 12]);
    expect(shown()).toEqual(weighed());
  });

  test('read() gives a weight at rest that came after the call', async () => {
    const { driver, balance, asked } = setUp(settings);
    driver.start();
    await pass(100);
    balance.holds = true;
    balance.tick(10);
    const answer = driver.read!([0]);
    await pass(10);
    // The old weight was on its way when it was asked for; the answer to I4 comes behind it.
    balance.release();
    await pass(10);
    balance.stable = false;
    balance.tick(11);
    balance.stable = true;
    balance.tick(12);
    expect(await answer).toMatchObject({ ok: true, value: [{ tag: 0, value: 12, quality: 'good' }] });
    expect(asked.at(-1)).toBe('I4');
  });

  test('read() of what never comes to rest, is off the scale, or of nobody says so in time', async () => {
    const { driver, balance, lose } = setUp(settings);
    expect(await driver.read!([0])).toMatchObject({ ok: false, status: 'not-connected' });
    driver.start();
    await pass(100);
    balance.stable = false;
    const moving = driver.read!([0]);
    for (let tick = 0; tick < 30; tick += 1) {
      balance.tick(tick);
      await pass(100);
    }
    expect(await moving).toEqual({ ok: false, status: 'not-stable', message: 'no weight at rest within 3000 ms' });
    const over = driver.read!([0]);
    await pass(10);
    balance.tick(9_000);
    await pass(3_000);
    expect(await over).toMatchObject({ ok: false, status: 'overload' });
    balance.on = false;
    const silent = driver.read!([0]);
    await pass(1_000);
    expect(await silent).toMatchObject({ ok: false, status: 'no-answer' });
    balance.on = true;
    const pulled = driver.read!([0]);
    await pass(10);
    lose();
    expect(await pulled).toMatchObject({ ok: false, status: 'not-connected' });
    await pass(400);
    const stopped = driver.read!([0]);
    await pass(10);
    await driver.stop();
    expect(await stopped).toMatchObject({ ok: false, status: 'stopped' });
    await pass(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the stream stops: told as silent; begins again by itself', async () => {
    const { driver, balance, state, problems } = setUp(settings);
    driver.start();
    await pass(100);
    balance.switchOff();
    await pass(8_000);
    expect(state()).toBe('silent');
    balance.on = true;
    await pass(2_500);
    expect(state()).toBe('connected');
    expect(balance.streaming).toBe(true);
    expect(problems).toHaveLength(1);
  });

  test('a balance that cannot send all the time is told as silent', async () => {
    const { driver, balance, state } = setUp(settings);
    balance.unknown.add('SIR');
    driver.start();
    await pass(3_000);
    expect(state()).toBe('silent');
  });
});
