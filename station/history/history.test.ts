import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { manualClock, temporaryFolder } from '../store/test-kit.ts';
import type { History, RawSample } from './history.ts';
import { age, all, day, open, rowsOf, t0 } from './test-kit.ts';

describe('samples', () => {
  test('come back exactly as they were taken, before and after a restart', () => {
    using folder = temporaryFolder();
    const history = open(folder.path);
    const [a, b] = [history.tag('press.force'), history.tag('press.ready')];
    history.append(a, 12.5, 'good', 'Good', t0, t0 + 3);
    history.append(b, true, 'good', 'Good', null, t0 + 4);
    history.append(a, -0, 'uncertain', 'UncertainLastUsableValue', t0 + 10, t0 + 13);
    history.append(a, null, 'bad', 'BadSensorFailure', t0 + 20, t0 + 23);
    history.append(b, false, 'bad', 'BadNoCommunication', t0 + 30, t0 + 33);
    history.append(a, Number.NaN, 'good', 'Good', t0 + 5, t0 + 43);
    expect(all(history, 'press.force')).toEqual([]);
    expect(history.flush()).toBe(6);
    expect(history.flush()).toBe(0);
    const check = (opened: History): void => {
      expect(all(opened, 'press.force')).toEqual([
        { value: 12.5, quality: 'good', status: 'Good', sourceAt: t0, receivedAt: t0 + 3, gap: false },
        {
          value: -0,
          quality: 'uncertain',
          status: 'UncertainLastUsableValue',
          sourceAt: t0 + 10,
          receivedAt: t0 + 13,
          gap: false,
        },
        { value: null, quality: 'bad', status: 'BadSensorFailure', sourceAt: t0 + 20, receivedAt: t0 + 23, gap: false },
        { value: Number.NaN, quality: 'good', status: 'Good', sourceAt: t0 + 5, receivedAt: t0 + 43, gap: false },
      ]);
      expect(all(opened, 'press.ready')).toEqual([
        { value: true, quality: 'good', status: 'Good', sourceAt: null, receivedAt: t0 + 4, gap: false },
        {
          value: false,
          quality: 'bad',
          status: 'BadNoCommunication',
          sourceAt: t0 + 30,
          receivedAt: t0 + 33,
          gap: false,
        },
      ]);
      expect(all(opened, 'nobody')).toEqual([]);
      expect(opened.range('press.force', t0, t0 + 60, 100)).toEqual({
        tagId: 'press.force',
        fromAt: t0,
        toAt: t0 + 60,
        samples: 4,
        at: [t0, t0 + 5, t0 + 10, t0 + 20],
        value: [12.5, null, -0, null],
      });
      expect(opened.range('press.ready', t0, t0 + 60, 100)).toMatchObject({ at: [t0 + 4, t0 + 30], value: [1, null] });
    };
    check(history);
    history.close();
    const again = open(folder.path);
    check(again);
    again.close();
  });

  test(
    'thousands of flushes, chunks, carried lanes and restarts keep every sample in order, and blocks go',
    { timeout: 120_000 },
    () => {
      using folder = temporaryFolder();
      const clock = manualClock(t0);
      let history = open(folder.path, { clock });
      const expected = new Map<string, RawSample[]>();
      const take = (
        tagId: string,
        value: number | boolean | null,
        sourceAt: number | null,
        receivedAt: number,
      ): void => {
        const quality = value === null ? 'bad' : 'good';
        const status = value === null ? 'BadNoData' : 'Good';
        history.append(history.tag(tagId), value, quality, status, sourceAt, receivedAt);
        const list = expected.get(tagId) ?? [];
        expected.set(tagId, list);
        list.push({ value, quality, status, sourceAt, receivedAt, gap: false });
      };
      for (let step = 0; step < 2_500; step += 1) {
        const at = t0 + step * 200;
        for (let k = 0; k < 3; k += 1) take('fast.1', (step * 3 + k) * 0.01, at + k * 60, at + 190);
        take('fast.2', step % 3 === 0, null, at + 7);
        if (step % 5 === 0) take('noise', Math.random(), at - 11, at + 190);
        if (step % 400 === 0) take('slow', step % 800 === 0 ? null : step, at, at + 1);
        if (step % 10 === 0) for (let tag = 0; tag < 20; tag += 1) take(`many.${tag}`, step + tag, at, at + 190);
        clock.advance(200);
        history.flush();
        if (step % 430 === 429) {
          history.close();
          history = open(folder.path, { clock });
        }
      }
      for (const [tagId, samples] of expected) expect(all(history, tagId), tagId).toEqual(samples);
      history.close();
      expect(rowsOf(folder.path, 'chunk')).toBeGreaterThan(10);
      expect(rowsOf(folder.path, 'block')).toBeLessThan(320);
      const again = open(folder.path, { clock });
      for (const [tagId, samples] of expected) expect(all(again, tagId), tagId).toEqual(samples);
      again.close();
    },
  );

  test('a source with a wrong clock stands where it was received, and keeps what it said', () => {
    using folder = temporaryFolder();
    const history = open(folder.path);
    const tag = history.tag('plc');
    history.append(tag, 1, 'good', 'Good', 946_684_800_000, t0);
    history.append(tag, 2, 'good', 'Good', t0 + day, t0 + 100);
    history.append(tag, 3, 'good', 'Good', t0 - 600_000, t0 + 200);
    history.append(tag, 4, 'good', 'Good', Number.NaN, t0 + 300);
    history.flush();
    expect(history.range('plc', t0 - day, t0 + day, 100)).toMatchObject({
      at: [t0 - 600_000, t0, t0 + 100, t0 + 300],
      value: [3, 1, 2, 4],
    });
    expect(all(history, 'plc').map((sample) => sample.sourceAt)).toEqual([
      946_684_800_000,
      t0 + day,
      t0 - 600_000,
      null,
    ]);
    history.close();
  });

  test('a gap is an interval of bad quality', () => {
    using folder = temporaryFolder();
    const history = open(folder.path);
    const tag = history.tag('a');
    history.append(tag, 1, 'good', 'Good', t0, t0);
    history.append(tag, 2, 'good', 'Good', t0 + 9_000, t0 + 9_000);
    history.markGap('a', t0 + 100, t0 + 8_900, 'BadNoCommunication');
    history.flush();
    expect(history.range('a', t0, t0 + 10_000, 100)).toMatchObject({
      at: [t0, t0 + 100, t0 + 8_900, t0 + 9_000],
      value: [1, null, null, 2],
    });
    expect(all(history, 'a').filter((sample) => sample.gap)).toEqual(
      [100, 8_900].map((ms) => ({
        value: null,
        quality: 'bad',
        status: 'BadNoCommunication',
        sourceAt: null,
        receivedAt: t0 + ms,
        gap: true,
      })),
    );
    history.close();
  });

  test('a reader of raw samples is not disturbed by flushes in between', { timeout: 120_000 }, () => {
    using folder = temporaryFolder();
    const history = open(folder.path);
    const tag = history.tag('a');
    for (let i = 0; i < 3_000; i += 1) {
      history.append(tag, i, 'good', 'Good', t0 + i, t0 + i);
      if (i % 10 === 0) history.flush();
    }
    history.flush();
    const seen: unknown[] = [];
    for (const sample of history.raw('a', t0, t0 + 2_999)) {
      seen.push(sample.value);
      if (seen.length % 500 === 0) {
        history.append(tag, -1, 'good', 'Good', t0 + 5_000, t0 + 5_000);
        age(history, 100);
      }
    }
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_unused, i) => i));
    history.close();
  });
});

describe('range', () => {
  const naive = (
    samples: readonly { at: number; value: number | null }[],
    fromAt: number,
    toAt: number,
    maxPoints: number,
  ): { at: number[]; value: (number | null)[] } => {
    const inside = samples.filter(({ at }) => at >= fromAt && at <= toAt).toSorted((a, b) => a.at - b.at);
    if (inside.length <= maxPoints) return { at: inside.map(({ at }) => at), value: inside.map(({ value }) => value) };
    const together = inside.some(({ value }) => value === null) ? 3 : 2;
    const groups = Math.floor(maxPoints / together);
    const width = (toAt - fromAt + 1) / maxPoints;
    const points: { at: number; value: number | null }[] = [];
    for (let group = 0; group < groups; group += 1) {
      const of = inside.filter(
        ({ at }) => Math.min(groups - 1, Math.floor(Math.floor((at - fromAt) / width) / together)) === group,
      );
      const good = of.filter((point): point is { at: number; value: number } => point.value !== null);
      const low = good.find(({ value }) => value === Math.min(...good.map((point) => point.value)));
      const high = good.find(({ value }) => value === Math.max(...good.map((point) => point.value)));
      const bad = of.findLast(({ value }) => value === null);
      points.push(
        ...[...new Set([low, high, bad])].filter((point) => point !== undefined).toSorted((a, b) => a.at - b.at),
      );
    }
    return { at: points.map(({ at }) => at), value: points.map(({ value }) => value) };
  };

  test(
    'equals a naive selection, with and without more samples than points, bad ones included',
    { timeout: 120_000 },
    () => {
      const sample = fc.record({
        step: fc.integer({ min: 0, max: 50 }),
        value: fc.option(fc.integer({ min: -50, max: 50 }), { freq: 8 }),
      });
      fc.assert(
        fc.property(
          fc.array(sample, { minLength: 1, maxLength: 300 }),
          fc.integer({ min: 10, max: 60 }),
          fc.nat(2_000),
          fc.nat(4_000),
          (list, maxPoints, from, length) => {
            using folder = temporaryFolder();
            const history = open(folder.path);
            const tag = history.tag('a');
            // Each sample at its own moment, so that both sides name the same one.
            let at = t0;
            const samples = list.map(({ step, value }, i) => {
              at += step + 1;
              history.append(tag, value, value === null ? 'bad' : 'good', value === null ? 'Bad' : 'Good', at, at + 5);
              if (i % 40 === 39) history.flush();
              return { at, value };
            });
            history.flush();
            const { at: gotAt, value } = history.range('a', t0 + from, t0 + from + length, maxPoints);
            expect({ at: gotAt, value }).toEqual(naive(samples, t0 + from, t0 + from + length, maxPoints));
            expect(gotAt.length).toBeLessThanOrEqual(maxPoints);
            history.close();
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test('a tag-day at 10 Hz keeps its extremes and its gap', { timeout: 120_000 }, () => {
    using folder = temporaryFolder();
    const clock = manualClock(t0);
    const history = open(folder.path, { clock });
    const tag = history.tag('a');
    for (let i = 0; i < 864_000; i += 1) {
      const value = i === 500_000 ? 99_999 : i === 600_000 ? -99_999 : Math.round(1_000 * Math.sin(i / 5_000)) / 10;
      if (i === 700_000) history.append(tag, null, 'bad', 'BadSensorFailure', t0 + i * 100, t0 + i * 100 + 20);
      else history.append(tag, value, 'good', 'Good', t0 + i * 100, t0 + i * 100 + 20);
      if (i % 2_000 === 1_999) history.flush();
    }
    const { samples, at, value } = history.range('a', t0, t0 + day, 2_000);
    expect(samples).toBe(864_000);
    expect(at.length).toBeLessThanOrEqual(2_000);
    expect(at.length).toBeGreaterThan(1_000);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    const points = new Map(at.map((time, i) => [time, value[i]]));
    expect(points.get(t0 + 50_000_000)).toBe(99_999);
    expect(points.get(t0 + 60_000_000)).toBe(-99_999);
    expect(points.get(t0 + 70_000_000)).toBeNull();
    expect(history.range('a', t0 + 1_000, t0 + 1_500, 100).samples).toBe(6);
    history.close();
  });
});

describe('retention', () => {
  test(
    'deletes old samples a bounded number of rows at a time, keeps younger ones and all curves',
    { timeout: 120_000 },
    () => {
      using folder = temporaryFolder();
      const clock = manualClock(t0);
      const history = open(folder.path, { clock, retentionDays: 2 });
      const tag = history.tag('a');
      history.putTrace('curve', [1], [2]);
      for (let d = 0; d < 4; d += 1) {
        for (let i = 0; i < 40_000; i += 1) {
          history.append(tag, i, 'good', 'Good', clock.now(), clock.now());
          if (i % 250 === 0) history.flush();
          if (i % 250 === 0) clock.advance(540_000);
        }
      }
      const before = all(history, 'a').length;
      let deleted = 0;
      for (let once = history.retain(); once > 0; once = history.retain()) {
        expect(once).toBeLessThanOrEqual(100);
        deleted += once;
      }
      expect(deleted).toBeGreaterThan(50);
      const left = all(history, 'a');
      expect(left.length).toBeLessThan(before);
      expect(left.length).toBeGreaterThan(60_000);
      expect(history.range('a', clock.now() - 2 * day, clock.now(), 10).samples).toBe(
        left.filter(({ receivedAt }) => receivedAt >= clock.now() - 2 * day).length,
      );
      expect(left.filter(({ receivedAt }) => receivedAt < clock.now() - 2 * day).length).toBeLessThan(3_000);
      expect(history.getTrace('curve')).not.toBeNull();
      history.close();
    },
  );
});

describe('curves', () => {
  test('come back; the same may be kept again, another under the same name not', () => {
    using folder = temporaryFolder();
    const history = open(folder.path);
    const x = Array.from({ length: 2_000 }, (_unused, i) => i * 0.05);
    const y = x.map((value) => Math.fround(Math.sin(value) * 1_000));
    history.putTrace('cycle-1', x, y, { xTag: 'ram.travel', yTag: 'ram.force' });
    history.putTrace('cycle-1', x, y, { xTag: 'ram.travel', yTag: 'ram.force' });
    expect(() => history.putTrace('cycle-1', x, x, null)).toThrow(/different curve/);
    expect(() => history.putTrace('cycle-2', [1, 2], [1])).toThrow(/as many x/);
    history.putTrace('empty', [], []);
    history.close();
    const again = open(folder.path);
    expect(again.getTrace('cycle-1')).toEqual({ x, y, meta: { xTag: 'ram.travel', yTag: 'ram.force' }, at: t0 });
    expect(again.getTrace('empty')).toEqual({ x: [], y: [], meta: null, at: t0 });
    expect(again.getTrace('none')).toBeNull();
    again.close();
  });
});
