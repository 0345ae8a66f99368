import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pass, setUp } from './test-kit.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('calls', () => {
  test('zero and tare, with what stood against them', async () => {
    const { driver, balance } = setUp();
    driver.start();
    await pass(100);
    balance.load = 20;
    expect(await driver.call!('', 'tare', [])).toEqual({ ok: true, value: [20, 'g'] });
    expect(balance.weight('S')).toBe('S S       0.00 g');
    expect(await driver.call!('', 'clear-tare', [])).toEqual({ ok: true, value: [] });
    expect(await driver.call!('', 'zero', [])).toEqual({ ok: true, value: [] });
    balance.stable = false;
    expect(await driver.call!('', 'zero', [])).toMatchObject({ ok: false, status: 'not-ready' });
    expect(await driver.call!('', 'zero-now', [])).toEqual({ ok: true, value: [] });
    expect(await driver.call!('', 'tare-now', [])).toMatchObject({ ok: true });
    balance.load = 9_000;
    expect(await driver.call!('', 'zero', [])).toMatchObject({ ok: false, status: 'above-range' });
    // Approved balances refuse it (manual, TI).
    balance.unknown.add('TI');
    expect(await driver.call!('', 'tare-now', [])).toMatchObject({ ok: false, status: 'not-understood' });
    expect(await driver.call!('', 'dance', [])).toMatchObject({ ok: false, status: 'method-unknown' });
    balance.holds = true;
    const late = driver.call!('', 'tare', []);
    await pass(8_000);
    expect(await late).toMatchObject({ ok: false, status: 'no-answer' });
  });

  test('after a reset the key is told again to send', async () => {
    const { driver, balance } = setUp();
    driver.start();
    await pass(100);
    expect(await driver.call!('', 'reset', [])).toEqual({ ok: true, value: [] });
    await pass(10);
    expect(balance.armed).toBe(true);
  });

  test('a damaged answer ends the wait', async () => {
    const { driver, balance, lose } = setUp();
    driver.start();
    await pass(100);
    balance.holds = true;
    const damaged = driver.call!('', 'zero', []);
    await pass(10);
    balance.garbage();
    expect(await damaged).toMatchObject({ ok: false, status: 'frame-invalid' });
    const pulled = driver.call!('', 'zero', []);
    await pass(10);
    lose();
    expect(await pulled).toMatchObject({ ok: false, status: 'not-connected' });
  });
});
