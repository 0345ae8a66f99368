import { expect, it } from 'vitest';
import type { Reason } from '#contract/refusal.ts';
import type { PointView } from '#contract/rpc/control.ts';
import { chartSeries } from './chart-series.ts';

const limits = (center: number) => ({ center, lower: center - 3, upper: center + 3, sigma: 1 });
const point = (n: number, more: Partial<PointView> = {}): PointView => ({
  pointId: `p${n}`,
  at: n * 1_000,
  values: [{ value: n, serial: `S${n}`, executionId: null, stepId: null, attempt: 1, index: 1 }],
  counted: null,
  plots: [
    { plot: 'value', value: n, limits: limits(5) },
    { plot: 'moving-range', value: n === 1 ? null : 1, limits: { center: 1, lower: 0, upper: 3.3, sigma: 0.8 } },
  ],
  phaseId: 'a',
  excluded: false,
  replaced: false,
  suspect: null,
  notes: [],
  ...more,
});
const foundBad: Reason = { code: 'gauge.recalled', params: { gauge: 'G-1', sinceAt: null, foundAt: 1 } };
const words = ({ code }: Reason): string => code;
const rule = { set: 'nelson', id: '1', kind: 'beyond', count: null, points: 1, sigmas: 3 } as const;
const phase = { at: 0, by: '', cause: 'given', reason: '', mean: 5, sigma: 1, size: 1, from: 0 } as const;

it('limits are drawn as they were when each point was judged; a new phase has its number', () => {
  const shown = [
    point(1, { phaseId: null, plots: [{ plot: 'value', value: 1, limits: null }] }),
    point(2),
    point(3),
    point(4, { phaseId: 'b', plots: [{ plot: 'value', value: 4, limits: limits(6) }] }),
  ];
  const series = chartSeries(
    {
      shown,
      phases: [
        { ...phase, phaseId: 'a' },
        { ...phase, phaseId: 'b' },
      ],
      signals: [],
      unit: 'mm',
      decimals: 2,
      lower: 0,
      upper: 9,
    },
    'Bore',
    words,
  );
  expect(series.location.phases).toEqual([
    { from: 1, to: 3, name: '', ...limits(5) },
    { from: 3, to: 4, name: '2', ...limits(6) },
  ]);
  expect(series.location.tolerance).toEqual({ lower: 0, upper: 9 });
});

it('points carry what was said of them, signals their members, and what is not defined is no number', () => {
  const shown = [
    point(1),
    point(2, {
      excluded: true,
      notes: [{ kind: 'excluded', text: 'chip', at: 1, by: 'Li' }],
    }),
    point(3, { replaced: true, suspect: foundBad }),
    point(12, { notes: [{ kind: 'note', text: 'new tool', at: 1, by: 'Li' }] }),
  ];
  const series = chartSeries(
    {
      shown,
      phases: [{ ...phase, phaseId: 'a' }],
      signals: [
        {
          signalId: 's',
          pointId: 'p12',
          at: 1,
          closedAt: null,
          rules: [
            { ...rule, plot: 'value', members: ['older', 'p3', 'p12'] },
            { ...rule, plot: 'moving-range', members: ['p12'] },
          ],
        },
        {
          signalId: 't',
          pointId: 'older',
          at: 0,
          closedAt: 1,
          rules: [{ ...rule, plot: 'value', members: ['older'] }],
        },
      ],
      unit: 'mm',
      decimals: 2,
      lower: null,
      upper: 9,
    },
    'Bore',
    words,
  );
  expect([...series.marks]).toEqual([
    [1, { excluded: 'chip' }],
    [2, { replaced: true, suspect: 'gauge.recalled' }],
    [3, { note: 'new tool', outOfTolerance: true }],
  ]);
  expect(series.signals).toEqual([
    { track: 'location', rule: '1', at: 3, members: [2, 3] },
    { track: 'spread', rule: '1', at: 3, members: [3] },
  ]);
  expect(series.spread?.values[0]).toBeNaN();
});

it('points of counts on unlike numbers of units have limits of their own', () => {
  const share = (n: number, upper: number): PointView =>
    point(n, {
      counted: { count: 1, size: 20 * n, begunAt: 0, endedAt: 1 },
      plots: [{ plot: 'proportion', value: 0.05, limits: { center: 0.04, lower: 0, upper, sigma: 0.02 } }],
    });
  const view = { phases: [], signals: [], unit: '1', decimals: 0, lower: null, upper: null };
  const unlike = chartSeries({ ...view, shown: [share(1, 0.2), share(2, 0.1)] }, 'p', words);
  expect(unlike.location.varying?.upper).toEqual(Float64Array.of(0.2, 0.1));
  expect(unlike.location.phases).toEqual([]);
  const alike = chartSeries({ ...view, shown: [share(1, 0.2), share(1, 0.2)] }, 'p', words);
  expect(alike.location).toMatchObject({ phases: [{ from: 0, to: 2, upper: 0.2 }], decimals: 2 });
  expect(alike.location.varying).toBeUndefined();
});
