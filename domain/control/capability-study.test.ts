import { describe, expect, it } from 'vitest';
import { capabilityStudy } from './capability-study.ts';

/** Seeded, roughly normal (the sum of twelve uniform values). */
function groups(count: number, size: number, shape: (x: number) => number = (x) => x): number[][] {
  let state = 4;
  const uniform = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const normal = (): number => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6);
  return Array.from({ length: count }, () => Array.from({ length: size }, () => shape(normal())));
}
const spec = { lower: -4, upper: 4, nominal: 0 };
const missing = (study: ReturnType<typeof capabilityStudy>) =>
  Object.fromEntries(study.rows.map((row) => [row.name, row.missing]));

describe('capability of a chart', () => {
  it('all indices with their intervals, and the normal way', () => {
    const study = capabilityStudy('xbar-r', groups(40, 5), spec);
    expect(study.few).toBe(false);
    expect(study.tested?.way).toBe('normal');
    for (const { value, interval } of study.rows) {
      expect(value).toBeGreaterThan(1.1);
      expect(value).toBeLessThan(1.6);
      expect(interval![0]).toBeLessThan(value!);
      expect(interval![1]).toBeGreaterThan(value!);
    }
    expect(study.ppm.total).toBeGreaterThan(0);
  });
  it('skewed values: not normal, and the way on is named', () => {
    const study = capabilityStudy('i-mr', groups(200, 1, Math.exp), { lower: null, upper: 30, nominal: null });
    expect(study.tested?.way).toBe('box-cox');
    expect(study.tested?.normality.andersonDarling.p).toBeLessThan(0.05);
    expect(study.tested?.ppk).toEqual(expect.any(Number));
    expect(missing(study)).toEqual({ cp: 'one-limit', cpk: null, pp: 'one-limit', ppk: null, cpm: 'one-limit' });
  });
  it.each([
    ['no limits', groups(30, 5), { lower: null, upper: null, nominal: null }, 'no-limits'],
    ['no values', [], spec, { code: 'spc.no-values' }],
    ['one value', [[1]], spec, { code: 'spc.too-few-values' }],
    ['constant values', [[1], [1], [1], [1]], spec, { code: 'spc.no-variation' }],
    ['a lower limit above the upper', groups(9, 2), { lower: 2, upper: 1, nominal: null }, { code: 'spc.parameter' }],
  ] as const)('%s: every missing number says why', (_name, of, limits, why) => {
    const study = capabilityStudy('xbar-s', of, limits);
    for (const row of study.rows) {
      expect(row.value).toBeNull();
      if (typeof why === 'string') expect(row.missing).toBe(why);
      else expect(row.missing).toMatchObject(why);
    }
    expect(JSON.stringify(study)).not.toMatch(/NaN|Infinity/);
  });
});
