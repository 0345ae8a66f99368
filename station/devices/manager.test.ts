import { describe, expect, test, vi } from 'vitest';
import type { Driver, DriverModule } from '#contract/driver.ts';
import { connected, device, freshForEachTest, hand, hands, hub, logged, manage, said, testDriver } from './test-kit.ts';

freshForEachTest();

describe('running', () => {
  test('gives the driver its settings with defaults and its bindings, and counts what it says', () => {
    const manager = manage([device('press')]);
    expect(manager.condition('press')).toEqual({ state: 'stopped', problem: null, params: {} });
    manager.start();
    expect(manager.condition('press')?.state).toBe('connecting');
    expect(hand('press').settings).toEqual({ speed: 5 });
    expect(hand('press').tags[0]).toEqual({
      id: 'press.a',
      address: 'a',
      type: 'number',
      unit: 'mm',
      samplingMs: 250,
      deadband: 0,
      bridgeMs: 10_000,
    });
    const { host } = hand('press');
    host.condition(connected);
    host.readings([said(0, 1), said(1, 'x')]);
    host.readings([said(0, 2)]);
    host.problem('frame-invalid', { frame: 'a' });
    host.problem('frame-invalid', { frame: 'b' });
    host.info({ serial: 7 });
    const view = manager.view('press')!;
    expect(view).toMatchObject({ readings: 3, lastReadingAt: Date.now(), info: { serial: 7 }, reconnects: 0 });
    expect(view.problems).toEqual([{ problem: 'frame-invalid', count: 2, lastAt: Date.now(), params: { frame: 'b' } }]);
    expect(hub.live('press.a')).toMatchObject({ value: 2, unit: 'mm', stale: false });
  });

  test('counts reconnects, but not the way back from silence; stale follows the state', () => {
    const manager = manage([device('press')]);
    manager.start();
    const { host } = hand('press');
    host.condition(connected);
    host.readings([said(0, 1)]);
    vi.advanceTimersByTime(500);
    host.condition({ state: 'silent', problem: 'silent', params: {} });
    expect(hub.live('press.a')?.stale).toBe(true);
    expect(manager.since('press')).toBe(Date.now());
    host.condition(connected);
    expect(hub.live('press.a')?.stale).toBe(false);
    expect(manager.view('press')?.reconnects).toBe(0);
    host.condition({ state: 'disconnected', problem: 'closed-by-device', params: {} });
    host.condition(connected);
    expect(manager.view('press')?.reconnects).toBe(1);
    expect(manager.view('press')?.problems.map(({ problem, count }) => [problem, count])).toEqual([
      ['silent', 1],
      ['closed-by-device', 1],
    ]);
  });

  test('repeated equal conditions are one', () => {
    const manager = manage([device('press')]);
    manager.start();
    const revision = manager.revision();
    for (let n = 0; n < 5; n += 1) {
      hand('press').host.condition({ state: 'disconnected', problem: 'port-missing', params: { target: 'COM3' } });
    }
    expect(manager.revision()).toBe(revision + 1);
    expect(manager.view('press')?.problems[0]?.count).toBe(1);
  });

  test('states are told at once, problems within 250 ms, counts within a second', () => {
    const manager = manage([device('press')]);
    manager.start();
    const heard: number[] = [];
    const begin = performance.now();
    manager.onChange.listen(() => heard.push(performance.now() - begin));
    const { host } = hand('press');
    host.condition(connected);
    expect(heard).toEqual([0]);
    for (let n = 0; n < 30; n += 1) {
      host.readings([said(0, n)]);
      vi.advanceTimersByTime(100);
    }
    expect(heard).toEqual([0, 1000, 2000, 3000]);
    host.readings([said(0, 0)]);
    vi.advanceTimersByTime(10);
    host.problem('frame-invalid', {});
    host.problem('frame-invalid', {});
    vi.advanceTimersByTime(2_000);
    expect(heard).toEqual([0, 1000, 2000, 3000, 3260]);
  });
});

describe('faults stay inside their device', () => {
  test('wrong settings, unknown driver, wrong address: faulted with where and what, others run', () => {
    const tags = device('c').tags;
    const manager = manage([
      device('a', { settings: { speed: 'fast', colour: 1 } }),
      device('b', { driver: 'nonsense' }),
      device('c', { tags: [{ ...tags[0]!, address: '!x' }] }),
      device('ok'),
    ]);
    manager.start();
    expect(manager.condition('a')).toMatchObject({ state: 'faulted', problem: 'settings-invalid' });
    expect(manager.condition('a')?.params['detail']).toMatch(/speed: .*; settings: .*colour/);
    expect(manager.condition('b')?.params['detail']).toBe('driver "nonsense" is not installed; there are: test');
    expect(manager.condition('c')).toMatchObject({
      state: 'faulted',
      problem: 'address-unknown',
      params: { detail: 'tag c.a: "!x" is no address' },
    });
    expect(manager.condition('ok')?.state).toBe('connecting');
  });

  test('fixed addresses: name and type are checked', () => {
    const driver = testDriver();
    const fixed: DriverModule = {
      ...driver,
      manifest: { ...driver.manifest, addresses: [{ address: 'a', type: 'number' }] },
    };
    const manager = manage([device('press')], fixed);
    manager.start();
    expect(manager.condition('press')?.params['detail']).toBe('tag press.b: address "b" does not exist; there are: a');
  });

  test('a driver that speaks after it was stopped is not heard', async () => {
    const manager = manage([device('press')]);
    manager.start();
    const { host } = hand('press');
    await manager.stop();
    host.condition(connected);
    host.readings([said(0, 1)]);
    host.problem('frame-invalid', {});
    expect(manager.view('press')).toMatchObject({ readings: 0, problems: [], condition: { state: 'stopped' } });
    expect(logged).toContain('driver spoke after it was stopped');
  });

  test('a driver that never stops does not keep the station from stopping', async () => {
    const manager = manage([device('press')], testDriver({ stop: () => new Promise(() => {}) }));
    manager.start();
    const stopping = manager.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await stopping;
    expect(manager.condition('press')?.state).toBe('stopped');
  });
});

describe('asking', () => {
  const asking: Partial<Driver> = {
    write: async (tag, value) => ({ ok: true, value: tag === 0 ? value : 'held' }),
    read: async (tags) => ({ ok: true, value: tags.map((tag) => said(tag, tag + 10)) }),
    call: async (object, method, args) => ({ ok: true, value: [object, method, args.length] }),
  };

  test('writes, reads in the order asked with units, calls', async () => {
    const manager = manage([device('one'), device('two')], testDriver(asking));
    manager.start();
    expect(await manager.write('one.a', 4)).toEqual({ ok: true, value: 4 });
    const read = await manager.read(['two.a', 'one.b', 'one.a']);
    expect(read.ok && read.value.map(({ tagId, reading }) => [tagId, reading.value, reading.unit])).toEqual([
      ['two.a', 10, 'mm'],
      ['one.b', 11, null],
      ['one.a', 10, 'mm'],
    ]);
    expect(await manager.call('one', 'o', 'm', [])).toEqual({ ok: true, value: ['o', 'm', 0] });
  });

  test('never rejects: unknown tags and devices, drivers that cannot, throw or never answer', async () => {
    const manager = manage([device('one')]);
    expect(await manager.write('one.a', 1)).toMatchObject({ ok: false, status: 'device-not-running' });
    manager.start();
    expect(await manager.write('one.a', 1)).toMatchObject({ ok: false, status: 'not-supported' });
    expect(await manager.write('nonsense', 1)).toMatchObject({ ok: false, status: 'tag-unknown' });
    expect(await manager.read(['nonsense'])).toMatchObject({ ok: false, status: 'tag-unknown' });
    expect(await manager.call('nonsense', '', '', [])).toMatchObject({ ok: false, status: 'device-unknown' });

    const broken = manage(
      [device('bad')],
      testDriver({
        write: () => {
          throw new Error('boom');
        },
        read: async () => ({ ok: true, value: [] }),
        call: () => new Promise(() => {}),
      }),
    );
    broken.start();
    expect(await broken.write('bad.a', 1)).toEqual({ ok: false, status: 'driver-failed', message: 'boom' });
    expect(await broken.read(['bad.a'])).toMatchObject({ ok: false, status: 'no-answer' });
    const call = broken.call('bad', '', '', []);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await call).toMatchObject({ ok: false, status: 'no-answer' });
  });
});

describe('a new configuration', () => {
  test('restarts only what differs', async () => {
    const manager = manage([device('same'), device('changed'), device('gone')]);
    manager.start();
    for (const id of ['same', 'changed', 'gone']) {
      hand(id).host.condition(connected);
      hand(id).host.readings([said(0, 1)]);
    }
    await manager.apply([device('same'), device('changed', { settings: { speed: 9 } }), device('new')]);
    expect(
      manager
        .views()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['changed', 'new', 'same']);
    expect(hands.get('same')).toHaveLength(1);
    expect(hands.get('changed')!.map(({ settings, stops }) => [settings, stops])).toEqual([
      [{ speed: 5 }, 1],
      [{ speed: 9 }, 0],
    ]);
    expect(hand('gone').stops).toBe(1);
    expect(hub.live('same.a')).toMatchObject({ value: 1, stale: false });
    expect(hub.live('gone.a')).toMatchObject({ value: 1, stale: true });
    expect(await manager.write('gone.a', 1)).toMatchObject({ status: 'tag-unknown' });
    expect(manager.deviceOf('new.a')?.id).toBe('new');
  });
});

describe('traffic', () => {
  test('the last 50 lines first, then what comes, hex and printable', async () => {
    const manager = manage([device('press')]);
    manager.start();
    const { host } = hand('press');
    for (let n = 1; n <= 60; n += 1) host.bytes('in', Buffer.from(`${n}\r`));
    const traffic = manager.traffic('press')!;
    const first = (await traffic.next()).value!;
    expect(first.lines).toHaveLength(50);
    expect(first.lines.at(-1)).toEqual({ at: Date.now(), direction: 'in', hex: '36 30 0D', text: '60\u240d' });
    host.trace('out', 'write force 4');
    host.bytes('in', Uint8Array.of(0x1d, 0x7f, 0xfc, 0x41));
    const next = traffic.next();
    await vi.advanceTimersByTimeAsync(200);
    expect((await next).value!.lines.map(({ direction, hex, text }) => [direction, hex, text])).toEqual([
      ['out', null, 'write force 4'],
      ['in', '1D 7F FC 41', '\u241d\u2421·A'],
    ]);
    expect(manager.traffic('nonsense')).toBeNull();
  });

  test('a slow reader is told how much it missed; the bytes are copied', async () => {
    const manager = manage([device('press')]);
    manager.start();
    const traffic = manager.traffic('press')!;
    await traffic.next();
    const buffer = Buffer.from('0');
    for (let n = 0; n < 700; n += 1) {
      buffer[0] = 0x30 + (n % 10);
      hand('press').host.bytes('in', buffer);
    }
    const next = traffic.next();
    await vi.advanceTimersByTimeAsync(200);
    const { lines, dropped } = (await next).value!;
    expect([lines.length, dropped]).toEqual([500, 200]);
    expect(lines.slice(-3).map(({ text }) => text)).toEqual(['7', '8', '9']);
  });
});

test('whether readings are acts of a person is known before the device is started', () => {
  const driver = testDriver();
  const asks = { ...driver, manifest: { ...driver.manifest, pushes: true, pushesWith: () => false } };
  expect(manage([device('one')], { ...driver, manifest: { ...driver.manifest, pushes: true } }).pushes('one')).toBe(
    true,
  );
  expect(manage([device('two')], asks).pushes('two')).toBe(false);
});

test('what a needle shows is told from what a person does', () => {
  const driver = testDriver();
  const addresses = [{ address: 'a', type: 'number' } as const, { address: 'b', type: 'number', live: true } as const];
  const manager = manage([device('one')], { ...driver, manifest: { ...driver.manifest, pushes: true, addresses } });
  expect(manager.view('one')?.tags.map(({ id, address }) => [address, manager.isLive(id)])).toEqual([
    ['a', false],
    ['b', true],
  ]);
  expect(manager.isLive('nonsense')).toBe(false);
});
