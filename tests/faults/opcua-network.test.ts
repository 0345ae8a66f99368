/** The network between station and machine goes in every way it can, and nothing that the machine said is lost. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeCable } from '#station/drivers/opcua-client/fake-network.ts';
import { until } from '../conformance/wires.ts';
import { freePort } from '../support/ports.ts';
import { type Press, type Station, bulkTags, holes, startPress, startStation } from './opcua-support.ts';

const count = 100;
const tags = bulkTags(count);
/** A machine that is busy may say nothing for a second; a dead connection is found after twice the silence. */
const watchful = { keepAliveMs: 500, silentAfterMs: 2_000 };

let press: Press;
let pressPort: number;
beforeAll(async () => {
  pressPort = await freePort();
  press = await startPress(pressPort, ['--tags', '120', '--period', '100']);
});
afterAll(() => press?.end());

interface Cut {
  readonly name: string;
  readonly ms: number;
  cut(cable: FakeCable): Promise<void>;
  mend(cable: FakeCable): Promise<void>;
}
const pulled = (ms: number): Cut => ({
  name: `cable pulled for ${ms} ms, connection dead afterwards`,
  ms,
  cut: (cable) => cable.pull(),
  mend: (cable) => cable.set('pass'),
});
const refused = (ms: number): Cut => ({
  name: `reset and refused for ${ms} ms`,
  ms,
  cut: (cable) => cable.set('refuse'),
  mend: (cable) => cable.set('pass'),
});
const stalled = (ms: number): Cut => ({
  name: `nothing passes for ${ms} ms, then everything`,
  ms,
  cut: (cable) => cable.set('swallow'),
  mend: (cable) => cable.set('pass'),
});
const reset: Cut = {
  name: 'connection reset, network fine',
  ms: 0,
  cut: async (cable) => cable.reset(),
  mend: async () => undefined,
};

async function lastAt(station: Station): Promise<number> {
  return station.host.got.reduce((last, { sourceAt }) => Math.max(last, sourceAt ?? 0), 0);
}

describe.concurrent('no change is lost', () => {
  it.each([
    pulled(1_000),
    pulled(3_000),
    pulled(10_000),
    refused(1_000),
    refused(3_000),
    refused(10_000),
    stalled(400),
    stalled(3_000),
    reset,
  ])('$name', { timeout: 240_000 }, async ({ ms, cut, mend }) => {
    const cable = new FakeCable(await freePort(), pressPort);
    await cable.set('pass');
    const station = startStation(cable.port, tags, watchful);
    const { host, driver } = station;
    try {
      await until(() => host.good().length > 5 * count, 'values come');
      await cut(cable);
      await pause(ms);
      await mend(cable);
      const mendedAt = Date.now();
      await until(() => host.state() === 'connected', 'connected again');
      // Values from well after the cut are there for every tag: the backlog before them is complete.
      await until(
        () => {
          const late = new Set(
            host.got.filter(({ sourceAt }) => (sourceAt ?? 0) > mendedAt + 500).map(({ tag }) => tag),
          );
          return late.size === count;
        },
        `values after the cut; last ${await lastAt(station)}`,
      );
      expect(holes(host.got, count)).toEqual([]);
      expect(host.problems.filter(({ problem }) => problem === 'queue-overflow')).toEqual([]);
      expect(host.problems.filter(({ problem }) => problem === 'subscription-lost')).toEqual([]);
      if (ms < 1_000 && ms > 0) return;
      // The gap was said for every tag, and nobody is left in it.
      const gap = host.got.filter(({ quality }) => quality === 'bad');
      expect(new Set(gap.map(({ tag }) => tag)).size).toBe(count);
      // Once, or once more for each time that a busy press was silent too.
      const silences = host.problems.filter(({ problem }) => problem === 'silent' || problem === 'closed-by-device');
      expect(gap.length).toBeLessThanOrEqual(count * silences.length);
      expect(gap[0]).toMatchObject({ value: null, sourceAt: null });
      const last = new Map(host.got.map(({ tag, quality }) => [tag, quality]));
      expect([...last.values()].filter((quality) => quality !== 'good')).toEqual([]);
    } finally {
      await driver.stop();
      await cable.stop();
    }
  });
});
