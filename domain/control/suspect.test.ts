/** A gauge found bad after its values became points: marked, no proof of a good process, and no limits rest on them. */
import { beforeEach, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import { recallReason, type GaugeMark } from '#domain/gauges/gauge.ts';
import { checkMark, tell } from '#domain/gauges/test-findings.ts';
import { testGauges } from '#domain/gauges/test-plan.ts';
import { codes, World } from '#domain/test-kit.ts';
import { suspectHere } from './suspect.ts';
import { boreChart, controlConfiguration, serialOf } from './test-plan.ts';

let world: World;
let made = 0;
function open(configuration: Configuration): void {
  world = new World({ ...configuration, gauges: [...testGauges] });
  world.signIn('lead', 'right');
  made = 0;
}
beforeEach(() => open(controlConfiguration()));

/** The next unit is measured with a gauge that is read off, and passes operation 10. */
function build(values: readonly number[], gaugeId = 'G-3'): string {
  const serial = serialOf((made += 1));
  world.now += 60_000;
  expect(codes(world.do({ type: 'execution.start', serial }))).toEqual([]);
  for (const value of values) expect(codes(world.act({ type: 'measure', do: 'type', value, gaugeId }))).toEqual([]);
  world.act({ type: 'instruction', do: 'confirm' });
  return serial;
}
const points = () => world.log.flatMap((e) => (e.type === 'point.charted' ? [e.body] : []));
const phases = () => world.log.flatMap((e) => (e.type === 'phase.begun' ? [e.body] : []));
const signals = () => world.log.flatMap((e) => (e.type === 'signal.raised' ? [e.body] : []));
const suspect = () => suspectHere(points(), world.facts());
/** Of the point from 1. */
const id = (n: number): string => points()[n - 1]?.pointId ?? '';
const told = (...marks: GaugeMark[]): void => tell(world, 'G-3', ...marks);

it('marks the points of the recalled time with why, and no others; a late good check takes it back', () => {
  build([10, 10.01]);
  const goodAt = world.now + 1;
  build([10.01, 10.02]);
  build([10, 10.03], 'G-4');
  const foundAt = (world.now += 1_000);
  expect(suspect().size).toBe(0);
  told(checkMark(true, goodAt), checkMark(false, foundAt));
  expect([...suspect()]).toEqual([[id(2), recallReason('G-3', { since: goodAt, foundAt })]]);
  told(checkMark(true, goodAt), checkMark(true, foundAt - 1), checkMark(false, foundAt));
  expect(suspect().size).toBe(0);
});

it('a point that cannot be relied on proves no process good: the window of a signal goes back beyond it', () => {
  const first = build([10, 10.01], 'G-4');
  const second = build([10.01, 10.02]);
  told(checkMark(false, world.now));
  const third = build([10.2, 10.2], 'G-4');
  expect(signals()[0]).toMatchObject({ lastInControl: { pointId: id(1) }, suspects: [second, third] });
  expect(world.units.get(first)?.holds).toEqual([]);
});

it('where nothing that can be relied on was in control, the window begins with the chart', () => {
  const [first, second] = [build([10, 10.01]), build([10.01, 10.02])];
  told(checkMark(false, world.now));
  const third = build([10.2, 10.2], 'G-4');
  expect(signals()[0]).toMatchObject({ lastInControl: null, suspects: [first, second, third] });
});

it('no limits rest on them: neither those of the minimum nor those that a person begins', () => {
  open(controlConfiguration({ limits: { from: 'data', minimum: 8 } }));
  for (let n = 0; n < 7; n += 1) build([10 + n / 100, 10.01]);
  const foundAt = (world.now += 1_000);
  told(checkMark(false, foundAt));
  build([10, 10.02], 'G-4');
  expect(phases()).toEqual([]);
  const begin = () => world.do({ type: 'phase.begin', chart: boreChart, since: null, reason: 'new tool' });
  const refused = begin();
  expect(codes(refused)).toEqual(['chart.too-few-points']);
  expect(refused.ok ? null : refused.reasons[0]?.params).toEqual({ have: 1, need: 8 });
  for (let n = 0; n < 7; n += 1) build([10 + n / 100, 10.01], 'G-4');
  expect(phases()).toMatchObject([{ cause: 'minimum', points: [8, 9, 10, 11, 12, 13, 14, 15].map(id) }]);
  expect(codes(begin())).toEqual([]);
  expect(phases().at(-1)).toMatchObject({ cause: 'person', points: [8, 9, 10, 11, 12, 13, 14, 15].map(id) });
});
