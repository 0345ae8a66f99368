import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TagReading } from '#contract/reading.ts';
import type { LiveFrame } from '#contract/rpc/devices.ts';
import { systemClock } from '#station/clock.ts';
import { TagHub, type HubReading } from './hub.ts';

const errors: unknown[] = [];
let hub: TagHub;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  errors.length = 0;
  hub = new TagHub(systemClock, (error) => errors.push(error));
});
afterEach(() => {
  vi.useRealTimers();
});

function reading(tag: number, value: TagReading['value'], over: Partial<TagReading> = {}): TagReading {
  const now = Date.now();
  return { tag, value, quality: 'good', status: 'Good', sourceAt: now - 5, serverAt: null, receivedAt: now, ...over };
}
const tag = (id: string, staleAfterMs: number | null = null) => ({ id, unit: 'mm', staleAfterMs }) as const;

function connectPress(): void {
  hub.register('press', [tag('force'), tag('way', 1_000)]);
  hub.setDelivering('press', true);
}

describe('lossless road', () => {
  test('every reading, in order, one call per batch, only the tags asked for, with the unit of the tag', () => {
    connectPress();
    const calls: (readonly HubReading[])[] = [];
    hub.subscribe(['force'], (readings) => calls.push(readings));
    hub.push('press', [reading(0, 1), reading(1, 50), reading(0, 2), reading(0, 2)]);
    hub.push('press', [reading(1, 51)]);
    hub.push('press', [reading(0, null, { quality: 'bad', status: 'BadSensorFailure' })]);
    expect(calls.map((call) => call.map(({ tagId, value, unit, quality }) => [tagId, value, unit, quality]))).toEqual([
      [
        ['force', 1, 'mm', 'good'],
        ['force', 2, 'mm', 'good'],
        ['force', 2, 'mm', 'good'],
      ],
      [['force', null, 'mm', 'bad']],
    ]);
  });

  test('whatever batches and subscriptions: nothing lost, nothing doubled, order kept', () => {
    const batches = fc.array(fc.array(fc.nat(9), { maxLength: 30 }), { maxLength: 30 });
    const interests = fc.array(fc.array(fc.nat(9), { maxLength: 10 }), { maxLength: 6 });
    fc.assert(
      fc.property(batches, interests, (pushed, wanted) => {
        const hub = new TagHub(systemClock, (error) => errors.push(error));
        hub.register(
          'd',
          Array.from({ length: 10 }, (_, index) => tag(`t${index}`)),
        );
        const got = wanted.map((tags) => {
          const values: unknown[] = [];
          hub.subscribe(
            tags.map((index) => `t${index}`),
            (readings) => values.push(...readings.map(({ tagId, value }) => [tagId, value])),
          );
          return values;
        });
        let n = 0;
        const all = pushed.map((tags) => tags.map((index) => reading(index, (n += 1))));
        for (const batch of all) hub.push('d', batch);
        wanted.forEach((tags, at) => {
          const expected = all.flat().filter((one) => tags.includes(one.tag));
          expect(got[at]).toEqual(expected.map((one) => [`t${one.tag}`, one.value]));
        });
      }),
    );
  });

  test('a listener that throws is reported and keeps nobody else from hearing', () => {
    connectPress();
    const heard: unknown[] = [];
    hub.subscribe(['force'], () => {
      throw new Error('defect');
    });
    hub.subscribe(['force'], (readings) => heard.push(readings[0]?.value));
    hub.push('press', [reading(0, 1)]);
    hub.push('press', [reading(0, 2)]);
    expect(heard).toEqual([1, 2]);
    expect(errors).toHaveLength(2);
  });

  test('a listener sees the newest state of the whole batch and may subscribe or stop inside', () => {
    connectPress();
    const seen: unknown[] = [];
    const stop = hub.subscribe(['force'], () => {
      seen.push(hub.live('way')?.value);
      stop();
      hub.subscribe(['way'], (readings) => seen.push(readings[0]?.value));
    });
    hub.push('press', [reading(0, 1), reading(1, 7)]);
    hub.push('press', [reading(0, 2), reading(1, 8)]);
    expect(seen).toEqual([7, 8]);
  });

  test('a tag may be subscribed before its device is configured, and survives a new configuration', () => {
    const values: unknown[] = [];
    hub.subscribe(['force'], (readings) => values.push(...readings.map(({ value }) => value)));
    connectPress();
    hub.push('press', [reading(0, 1)]);
    hub.register('press', [tag('other'), tag('force')]);
    hub.push('press', [reading(0, 99), reading(1, 2)]);
    hub.unregister('press');
    hub.register('press', [tag('force')]);
    hub.push('press', [reading(0, 3)]);
    expect(values).toEqual([1, 2, 3]);
  });

  test('a reading of no tag is a defect of the driver: said, and nothing of the batch is taken', () => {
    connectPress();
    const values: unknown[] = [];
    hub.subscribe(['force'], (readings) => values.push(...readings));
    expect(() => hub.push('press', [reading(0, 1), reading(2, 5)])).toThrow('press has no tag number 2; it has 2');
    expect(() => hub.push('other', [])).toThrow('other is not registered');
    expect(values).toEqual([]);
    expect(hub.live('force')).toBeNull();
  });

  test('one tag id belongs to one device', () => {
    connectPress();
    expect(() => hub.register('scale', [tag('force')])).toThrow(
      'tag force of device scale is already a tag of another',
    );
    expect(() => hub.register('scale', [tag('a'), tag('a')])).toThrow('device scale has two tags with one id');
  });
});

describe('what may be believed', () => {
  test('nothing yet is null; a value carries quality, times, unit and its last good moment', () => {
    connectPress();
    expect(hub.live('force')).toBeNull();
    expect(hub.live('nonsense')).toBeNull();
    const goodAt = Date.now();
    hub.push('press', [reading(0, 4.2)]);
    vi.advanceTimersByTime(700);
    hub.push('press', [reading(0, null, { quality: 'bad', status: 'BadSensorFailure' })]);
    expect(hub.live('force')).toEqual({
      tagId: 'force',
      value: null,
      unit: 'mm',
      quality: 'bad',
      status: 'BadSensorFailure',
      sourceAt: goodAt + 695,
      serverAt: null,
      receivedAt: goodAt + 700,
      stale: false,
      lastGoodAt: goodAt,
    });
  });

  test('stale by age, exact when asked, from the clock that never steps', () => {
    connectPress();
    hub.push('press', [reading(0, 1), reading(1, 1)]);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(hub.live('way')?.stale).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(hub.live('way')?.stale).toBe(false);
    expect(hub.ageMs('way')).toBe(1_000);
    vi.advanceTimersByTime(1);
    expect(hub.live('way')?.stale).toBe(true);
    expect(hub.live('force')?.stale).toBe(false);
    hub.push('press', [reading(1, 1)]);
    expect(hub.live('way')?.stale).toBe(false);
  });

  test('stale with the device, whatever the tag allows, until it delivers again', () => {
    hub.register('press', [tag('force')]);
    hub.push('press', [reading(0, 1)]);
    expect(hub.live('force')?.stale).toBe(true);
    hub.setDelivering('press', true);
    expect(hub.live('force')?.stale).toBe(false);
    hub.setDelivering('press', false);
    expect(hub.live('force')).toMatchObject({ stale: true, value: 1 });
  });

  test('a tag that moves to another device shows nothing of the old one', () => {
    connectPress();
    hub.push('press', [reading(0, 1)]);
    hub.unregister('press');
    expect(hub.live('force')).toMatchObject({ value: 1, stale: true });
    hub.register('other', [tag('force')]);
    hub.setDelivering('other', true);
    expect(hub.live('force')).toBeNull();
  });
});

describe('screen road', () => {
  /** Collects frames in the background; `frames` grows as time is advanced. */
  function watch(tags: readonly string[], signal?: AbortSignal): { frames: LiveFrame[]; ended: Promise<void> } {
    const frames: LiveFrame[] = [];
    const ended = (async () => {
      for await (const frame of hub.frames(tags, signal)) frames.push(frame);
    })();
    return { frames, ended };
  }
  const brief = (frames: readonly LiveFrame[]): unknown =>
    frames.map(({ readings }) => readings.map(({ tagId, value, stale }) => [tagId, value, stale]));

  test.each([
    { more: 0, atLeastMs: 50 },
    { more: 99, atLeastMs: 100 },
  ])(
    'frames of 2 + $more tags: first all, then the newest of what changed, $atLeastMs ms apart',
    async ({ more, atLeastMs }) => {
      connectPress();
      const others = Array.from({ length: more }, (_, i) => `more.${i}`);
      hub.register(
        'more',
        others.map((id) => ({ id, unit: null, staleAfterMs: null })),
      );
      hub.push('press', [reading(0, 1), reading(1, 1)]);
      const { frames } = watch(['force', 'way', 'nonsense', ...others]);
      await vi.advanceTimersByTimeAsync(0);
      expect(brief(frames)).toEqual([
        [
          ['force', 1, false],
          ['way', 1, false],
        ],
      ]);
      for (let value = 2; value <= 50; value += 1) {
        hub.push('press', [reading(0, value)]);
        await vi.advanceTimersByTimeAsync(10);
      }
      await vi.advanceTimersByTimeAsync(100);
      expect(frames.length).toBeGreaterThanOrEqual(500 / atLeastMs);
      expect(frames.length).toBeLessThanOrEqual(500 / atLeastMs + 2);
      for (let at = 1; at < frames.length; at += 1)
        expect(frames[at]!.at - frames[at - 1]!.at).toBeGreaterThanOrEqual(atLeastMs);
      expect(frames.slice(1).every(({ readings }) => readings.length === 1)).toBe(true);
      expect(frames.at(-1)!.readings[0]!.value).toBe(50);
    },
  );

  test('a change after a quiet time is shown at once', async () => {
    connectPress();
    const { frames } = watch(['force']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(brief(frames)).toEqual([[]]);
    hub.push('press', [reading(0, 1)]);
    await vi.advanceTimersByTimeAsync(0);
    expect(brief(frames)).toEqual([[], [['force', 1, false]]]);
  });

  test('greys without new values: too old, and when the device goes and comes', async () => {
    connectPress();
    hub.push('press', [reading(0, 1), reading(1, 1)]);
    const { frames } = watch(['force', 'way']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(frames).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(brief(frames.slice(1))).toEqual([[['way', 1, true]]]);
    hub.setDelivering('press', false);
    await vi.advanceTimersByTimeAsync(0);
    hub.setDelivering('press', true);
    await vi.advanceTimersByTimeAsync(200);
    expect(brief(frames.slice(2))).toEqual([
      [
        ['force', 1, true],
        ['way', 1, true],
      ],
      [
        ['force', 1, false],
        ['way', 1, true],
      ],
    ]);
  });

  test('a slow reader gets the newest, not a queue', async () => {
    connectPress();
    const frames = hub.frames(['force']);
    await frames.next();
    for (let value = 1; value <= 1_000; value += 1) {
      hub.push('press', [reading(0, value)]);
      await vi.advanceTimersByTimeAsync(5);
    }
    const next = await frames.next();
    expect(brief([next.value as LiveFrame])).toEqual([[['force', 1_000, false]]]);
    const after = frames.next();
    hub.push('press', [reading(0, 1_001)]);
    await vi.advanceTimersByTimeAsync(100);
    expect(brief([(await after).value as LiveFrame])).toEqual([[['force', 1_001, false]]]);
  });

  test('ends with its signal and then costs nothing', async () => {
    connectPress();
    const abort = new AbortController();
    const { ended } = watch(['force', 'way'], abort.signal);
    hub.push('press', [reading(0, 1), reading(1, 1)]);
    await vi.advanceTimersByTimeAsync(500);
    abort.abort();
    await vi.advanceTimersByTimeAsync(200);
    await ended;
    expect(vi.getTimerCount()).toBe(0);
  });

  test('more tags than the first columns hold', async () => {
    const tags = Array.from({ length: 1_000 }, (_, index) => tag(`t${index}`, index % 2 ? 1_000 : null));
    hub.register('plc', tags);
    hub.setDelivering('plc', true);
    const { frames } = watch(tags.map(({ id }) => id));
    await vi.advanceTimersByTimeAsync(0);
    hub.push(
      'plc',
      tags.map((_, index) => reading(index, index)),
    );
    await vi.advanceTimersByTimeAsync(100);
    expect(frames[1]!.readings.map(({ value }) => value)).toEqual(tags.map((_, index) => index));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(frames.slice(2).flatMap(({ readings }) => readings)).toHaveLength(500);
  });
});
