/** A gauge that is found bad while a sample measured with it is open, or just finished: over the real store, as the screen asks. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BenchView } from '#contract/rpc/bench.ts';
import type { Outcome } from '#contract/refusal.ts';
import { benchConfiguration } from '#domain/bench/test-plan.ts';
import { serialOf } from '#domain/control/test-plan.ts';
import type { GaugeMark } from '#domain/gauges/gauge.ts';
import { checkMark, markedGauge } from '#domain/gauges/test-findings.ts';
import { testGauges } from '#domain/gauges/test-plan.ts';
import { startAt } from '#domain/test-kit.ts';
import { chartView } from '#station/control/charts.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { followGauges } from './follow-gauges.ts';

let bench: TestStation;
let unfollow: () => void;
beforeEach(() => {
  bench = new TestStation('QB10', { ...benchConfiguration(), gauges: [...testGauges] });
  bench.shop.states.set('scale', 'connected');
  bench.shop.serials.set('gauge', 'S-1');
  bench.server.linked();
  unfollow = followGauges(bench.core);
  bench.signIn('quinn');
  for (const n of [1, 2, 3]) bench.server.send(passport(n));
  expect(codes(bench.core.bench.start(view().due[0]?.dueId ?? '', null, bench.id()))).toEqual([]);
});
afterEach(() => {
  unfollow();
  return bench.close();
});

function passport(n: number): ['passport', string, object] {
  const origin = { orderId: 'WO-1', materialId: 'PUMP', definitionId: 'PUMP', revision: 'A', stationId: 'ST10' };
  const passed = { operationId: '10', executionId: `X-${n}`, stationId: 'ST10', at: startAt + n * 60_000 };
  const serial = serialOf(n);
  const rest = { runs: [], holds: [], scrapped: null, completed: null };
  return [
    'passport',
    serial,
    { serial, origins: [{ ...origin, at: startAt, imported: false }], passed: [passed], ...rest },
  ];
}
const view = (): BenchView => bench.core.bench.view();
const codes = (outcome: Outcome<unknown>): readonly string[] =>
  outcome.ok ? [] : outcome.refusal.reasons.map(({ code }) => code);
const tick = (): void => bench.clock.advance(1_000);
const gauge = (value: number): void => {
  tick();
  bench.shop.push('gauge.value', value, { unit: 'mm' });
};
const scale = (value: number): void => {
  tick();
  bench.shop.push('scale.value', value, { unit: 'g' });
};
const told = (marks: readonly GaugeMark[]): void => bench.server.send(['gauge', 'G-1', markedGauge('G-1', marks)]);
/** What another station tells of the gauge's check now. */
const mark = (good: boolean, at = bench.clock.now()): GaugeMark => checkMark(good, at);
const sampleId = (): string => view().sample?.sampleId ?? '';
/** Of the points of the flange: why they cannot be relied on, and whether another took their place. */
const charted = () => {
  const chart = { planId: 'PUMP', characteristicId: 'flange', chartId: 'flange-bench', stationId: 'ST10' };
  const { read, facts } = bench.core;
  const shown = chartView({ chart, limit: 10, before: null }, { read, facts: facts() })?.shown;
  return shown?.map(({ suspect, replaced }) => [suspect, replaced]);
};
/** All but the last weight. */
function measure(): void {
  gauge(10);
  gauge(60);
  scale(500);
  gauge(10.01);
  gauge(60.1);
}

it('stays open, shows at each value why it cannot be relied on, and takes them again by the button alone', async () => {
  measure();
  tick();
  const bad = mark(false);
  told([bad]);
  scale(501);
  const why = { code: 'gauge.recalled', params: { gauge: 'G-1', sinceAt: null, foundAt: bad.to } };
  const { sample } = view();
  expect(sample?.finished).toBeNull();
  expect(sample?.values.map(({ suspect }) => suspect)).toEqual([why, why, null, why, why, null]);
  expect(sample?.units.map(({ done, total }) => [done, total])).toEqual([
    [1, 3],
    [1, 3],
  ]);
  expect(sample?.task).toMatchObject({
    serial: serialOf(2),
    characteristicId: 'bore',
    remeasure: { valueId: sample?.values[0]?.valueId, reason: '', suspect: why, asked: false },
  });
  expect(charted()).toEqual([
    [why, false],
    [why, false],
  ]);
  // The gauge is bad: the screen says so before anybody presses, and a push is refused.
  expect(sample?.measured[0]?.gauge?.faults.map(({ code }) => code)).toEqual(['gauge.not-found-good']);
  gauge(10);
  expect(view().refusedPush?.reasons.map(({ code }) => code)).toEqual(['gauge.not-found-good']);
  tick();
  told([bad, mark(true)]);
  await bench.restart();
  bench.signIn('quinn');
  expect(view().sample?.task?.remeasure).toMatchObject({ suspect: why });
  for (const value of [10.02, 60.2, 10.03, 60.3]) gauge(value);
  expect(view().sample).toMatchObject({ task: null, finished: { how: 'complete' } });
  expect(
    view()
      .sample?.values.map(({ suspect, replaced }) => [suspect === null, replaced])
      .slice(0, 2),
  ).toEqual([
    [false, true],
    [false, true],
  ]);
  const after = [
    [why, true],
    [why, true],
    [null, false],
    [null, false],
  ];
  expect(charted()).toEqual(after);
  expect(bench.store.rebuild()).toMatchObject({ equal: true });
  expect(charted()).toEqual(after);
});

it('ends by itself when a good check is heard that clears the values, and only then', () => {
  measure();
  tick();
  const goodAt = bench.clock.now();
  tick();
  const bad = mark(false);
  told([bad]);
  scale(501);
  told([mark(true, startAt - 1), bad]);
  expect(view().sample?.finished).toBeNull();
  told([mark(true, goodAt), bad]);
  expect(view().sample).toMatchObject({ finished: { how: 'complete' }, task: null });
  expect(bench.events().at(-1)).toMatchObject({ type: 'sample.finished', actor: { kind: 'system' } });
});

it('looks when the station starts too: the check was heard while nobody followed', () => {
  measure();
  tick();
  const goodAt = bench.clock.now();
  tick();
  const bad = mark(false);
  told([bad]);
  scale(501);
  unfollow();
  told([mark(true, goodAt), bad]);
  expect(view().sample?.finished).toBeNull();
  unfollow = followGauges(bench.core);
  expect(view().sample?.finished).toMatchObject({ how: 'complete' });
});

it('found bad after the end: the pedal is told which values can be measured again, and a tap needs no words', async () => {
  measure();
  scale(501);
  tick();
  const bad = mark(false);
  told([bad]);
  expect(view().sample).toMatchObject({ finished: { how: 'complete' }, task: null });
  expect(codes(await bench.core.bench.take(sampleId(), bench.id()))).toEqual([
    'sample.finished-already',
    ...Array<string>(4).fill('sample.value-suspect'),
  ]);
  gauge(10);
  expect(bench.types().at(-1)).not.toBe('sample.value-recorded');
  tick();
  told([bad, mark(true)]);
  const { values } = view().sample ?? { values: [] };
  const weight = values.find(({ characteristicId }) => characteristicId === 'weight');
  expect(codes(bench.core.bench.remeasure(sampleId(), weight?.valueId ?? '', ' '))).toEqual(['sample.words-missing']);
  expect(codes(bench.core.bench.remeasure(sampleId(), values[0]?.valueId ?? '', ''))).toEqual([]);
  expect(view().sample?.task?.remeasure).toMatchObject({
    asked: true,
    reason: '',
    suspect: { code: 'gauge.recalled' },
  });
  gauge(10.02);
  expect(view().sample?.values.at(-1)).toMatchObject({ value: 10.02, attempt: 2, suspect: null });
  expect(view().sample).toMatchObject({ finished: { how: 'complete' }, task: null });
});
