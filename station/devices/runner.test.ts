import { describe, expect, test, vi } from 'vitest';
import type { DriverHost } from '#contract/driver.ts';
import type { OpenLink } from '#station/links/open-link.ts';
import { connected, device, freshForEachTest, hand, hands, hub, manage, said, testDriver } from './test-kit.ts';

freshForEachTest();

describe('a driver that fails', () => {
  test('at its start, in a timer, in a link event or by a reading of no tag', async () => {
    const boom = (): never => {
      throw new Error('boom');
    };
    const startFails = manage([device('one')], testDriver({}, boom));
    startFails.start();
    expect(startFails.condition('one')).toMatchObject({
      state: 'faulted',
      problem: 'driver-failed',
      params: { detail: 'boom' },
    });

    let give: (bytes: Uint8Array) => void = () => {};
    const link: OpenLink = async (_settings, events) => {
      give = (bytes) => events.data(bytes);
      return { description: '', write: async () => {}, close: async () => {} };
    };
    const ways: Record<string, (host: DriverHost) => void> = {
      timer: (host) => {
        host.clock.setTimer(10, boom);
        vi.advanceTimersByTime(10);
      },
      link: (host) => {
        void host.openLink({ kind: 'tcp', host: 'h', port: 1 }, { data: boom, closed: () => {} });
        give(new Uint8Array(1));
      },
      reading: (host) => host.readings([said(99, 1)]),
    };
    for (const [way, fail] of Object.entries(ways)) {
      const manager = manage([device(way), device(`${way}-other`)], testDriver(), link);
      manager.start();
      fail(hand(way).host);
      expect(manager.condition(way)).toMatchObject({ state: 'faulted', problem: 'driver-failed' });
      expect(hand(way).stops).toBe(1);
      expect(manager.condition(`${way}-other`)?.state).toBe('connecting');
    }
  });

  test('a driver that failed is started anew after 10 s, as often as it takes; what is wrong in the settings is not', async () => {
    let failures = 2;
    const driver = testDriver({}, (host) => {
      if (failures-- > 0) throw new Error('boom');
      host.condition(connected);
    });
    const manager = manage([device('press'), device('odd', { settings: { speed: 'fast' } })], driver);
    manager.start();
    for (const left of [1, 0]) {
      expect(manager.condition('press')).toMatchObject({ state: 'faulted', problem: 'driver-failed' });
      await vi.advanceTimersByTimeAsync(9_999);
      expect(failures).toBe(left);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(manager.condition('press')).toEqual(connected);
    expect(hands.get('press')).toHaveLength(3);
    hand('press').host.readings([said(0, 7)]);
    expect(hub.live('press.a')).toMatchObject({ value: 7, stale: false });
    expect(manager.view('press')?.problems).toMatchObject([{ problem: 'driver-failed', count: 2 }]);
    expect(hands.has('odd')).toBe(false);
  });

  test('a driver that failed stays stopped when the station stops meanwhile', async () => {
    const manager = manage([device('press')]);
    manager.start();
    hand('press').host.readings([said(99, 1)]);
    await manager.stop();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(manager.condition('press')?.state).toBe('stopped');
    expect(hands.get('press')).toHaveLength(1);
  });
});
