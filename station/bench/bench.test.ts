import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BenchView } from '#contract/rpc/bench.ts';
import type { Outcome } from '#contract/refusal.ts';
import { benchConfiguration } from '#domain/bench/test-plan.ts';
import { serialOf } from '#domain/control/test-plan.ts';
import { defectConfiguration } from '#domain/nonconformances/test-defects.ts';
import { startAt } from '#domain/test-kit.ts';
import { TestStation } from '#station/core/test-kit.ts';

let bench: TestStation;
beforeEach(() => {
  bench = make();
});
afterEach(() => bench.close());

function make(): TestStation {
  const { defects = null } = defectConfiguration();
  const station = new TestStation('QB10', { ...benchConfiguration(), defects });
  station.shop.states.set('scale', 'connected');
  station.server.linked();
  return station;
}

const signIn = (who: string): Outcome<unknown> => bench.signIn(who);
/** The line makes units; the server tells of them by their passports. */
function made(first: number, last: number, more: { readonly setUps?: readonly object[] } = {}): void {
  for (let n = first; n <= last; n += 1) bench.server.send(passport(n, n === first ? more : {}));
}
function passport(n: number, more: object = {}): ['passport', string, object] {
  const serial = serialOf(n);
  const at = startAt + n * 60_000;
  const executionId = `X-${n}`;
  return [
    'passport',
    serial,
    {
      serial,
      origins: [
        {
          orderId: 'WO-1',
          materialId: 'PUMP',
          definitionId: 'PUMP',
          revision: 'A',
          stationId: 'ST10',
          at: startAt,
          imported: false,
        },
      ],
      passed: [{ operationId: '10', executionId, stationId: 'ST10', at, ...more }],
      runs: [],
      holds: [],
      scrapped: null,
      completed: null,
    },
  ];
}
const view = (): BenchView => bench.core.bench.view();
const codes = (outcome: Outcome<unknown>): readonly string[] =>
  outcome.ok ? [] : outcome.refusal.reasons.map(({ code }) => code);
const start = (): Outcome<unknown> => bench.core.bench.start(view().due[0]?.dueId ?? 'none', null, bench.id());
const gauge = (value: number): void => bench.shop.push('gauge.value', value, { unit: 'mm' });
const scale = (value: number): void => bench.shop.push('scale.value', value, { unit: 'g' });
const refusal = (): readonly string[] => view().refusedPush?.reasons.map(({ code }) => code) ?? [];
/** All values of both units, in turn. */
function measureAll(bore = [10, 10.01]): void {
  for (const value of bore) {
    gauge(value);
    gauge(60);
    scale(500);
  }
}

it('hears through passports which samples are due, says for which units and since when, and how far the next one is', () => {
  expect(view()).toMatchObject({
    due: [],
    measurable: [],
    sampled: [{ definition: { id: 'PUMP' }, operation: { id: '10' }, station: { id: 'ST10' } }],
  });
  made(1, 2);
  expect(view()).toMatchObject({ bench: true, due: [], linked: true, measurable: [serialOf(2), serialOf(1)] });
  expect(view().upcoming[0]).toMatchObject({ reason: 'units', units: 1 });
  made(3, 4);
  expect(view().due).toHaveLength(1);
  expect(view().due[0]).toMatchObject({
    reason: 'units',
    sinceAt: startAt + 3 * 60_000,
    units: [serialOf(2), serialOf(3)],
    madeSince: 1,
    characteristics: [{ id: 'bore' }, { id: 'flange' }, { id: 'weight' }],
  });
  bench.clock.advance(10 * 60_000);
  bench.server.cut();
  expect(view()).toMatchObject({ linked: false, heardAt: startAt + 10 * 60_000 });
});

it('asks once more after a set-up that the station declared, and not again when the passport comes again', () => {
  made(1, 1, { setUps: [{ setUpId: 'S1', kind: 'set-up', at: startAt }] } as object);
  expect(view().due.map(({ reason }) => reason)).toEqual(['set-up']);
  signIn('quinn');
  expect(codes(start())).toEqual([]);
  bench.server.send(passport(1, { setUps: [{ setUpId: 'S1', kind: 'set-up', at: startAt }] }));
  expect(view().due).toEqual([]);
});

it('measures a sample in turn by the buttons of the gauges alone, into points of the process station', () => {
  made(1, 3);
  signIn('quinn');
  expect(codes(start())).toEqual([]);
  expect(view().sample?.task).toMatchObject({ serial: serialOf(2), characteristicId: 'bore', index: 1 });
  const before = bench.events().length;
  measureAll();
  expect(bench.types(before)).toEqual([
    'sample.value-recorded',
    'sample.value-recorded',
    'phase.begun',
    'point.charted',
    'sample.value-recorded',
    'phase.begun',
    'point.charted',
    'sample.value-recorded',
    'phase.begun',
    'point.charted',
    'sample.value-recorded',
    'point.charted',
    'sample.value-recorded',
    'sample.finished',
    'point.charted',
  ]);
  const points = bench.events().flatMap((e) => (e.type === 'point.charted' ? [e.body] : []));
  expect(points.find(({ chart }) => chart.chartId === 'bore-bench')).toMatchObject({
    chart: { stationId: 'ST10', characteristicId: 'bore' },
    values: [
      { value: 10, serial: serialOf(2), executionId: 'X-2' },
      { value: 10.01, serial: serialOf(3), executionId: 'X-3' },
    ],
  });
  const { sample, due } = view();
  expect(due).toEqual([]);
  expect(sample).toMatchObject({ task: null, finished: { how: 'complete' } });
  expect(sample?.charts.map(({ chart, points: n, signalId }) => [chart.chartId, n, signalId])).toEqual([
    ['flange-bench', 2, null],
    ['weight-bench', 2, null],
    ['bore-bench', 1, null],
  ]);
  bench.core.bench.dismiss();
  expect(view().sample).toBeNull();
});

it('raises a signal at the bench about the process station, with everything made there since as suspects', () => {
  made(1, 3);
  signIn('quinn');
  start();
  measureAll();
  made(4, 7);
  expect(codes(start())).toEqual([]);
  measureAll([10.3, 10.32]);
  const signal = bench.events().find((e) => e.type === 'signal.raised');
  expect(signal?.body).toMatchObject({
    chart: { stationId: 'ST10', chartId: 'bore-bench' },
    lastInControl: { executionIds: ['X-2', 'X-3'] },
    suspects: [serialOf(4), serialOf(5), serialOf(6), serialOf(7)],
  });
  expect(view().sample?.charts.find(({ chart }) => chart.chartId === 'bore-bench')?.signalId).toBe(
    signal?.type === 'signal.raised' ? signal.body.signalId : '',
  );
  expect(bench.core.facts().control.unit(serialOf(7))?.status).toBe('held');
});

it('refuses what cannot be of the lit balloon, and says whether it is another one, another unit, or the wrong gauge', () => {
  made(1, 3);
  signIn('quinn');
  start();
  gauge(60.2);
  expect(refusal()).toEqual(['value.other-feature']);
  gauge(10 / 25.4);
  expect(refusal()).toEqual(['value.other-unit']);
  expect(view().refusedPush?.reasons[0]?.params).toMatchObject({ shownText: { en: 'inches' } });
  gauge(254);
  expect(refusal()).toEqual(['value.other-unit']);
  scale(500);
  expect(refusal()).toEqual(['sample.gauge-not-fitting']);
  bench.shop.push('gauge.value', 10, { unit: 'mm', quality: 'bad', status: 'BadSensorFailure' });
  expect(refusal()).toEqual(['tag.bad-quality']);
  expect(view().sample?.values).toEqual([]);
  gauge(10.7);
  expect(view().refusedPush).toBeNull();
  expect(view().sample?.values).toMatchObject([{ value: 10.7, verdict: 'above' }]);
});

it('measures again with a reason beside the older value, and the point with the new one takes the place of the old', () => {
  made(1, 3);
  signIn('quinn');
  start();
  measureAll();
  const { sample } = view();
  const wrong = sample?.values.find(({ characteristicId }) => characteristicId === 'bore');
  const id = sample?.sampleId ?? '';
  expect(codes(bench.core.bench.remeasure(id, wrong?.valueId ?? '', ' '))).toEqual(['sample.words-missing']);
  expect(codes(bench.core.bench.remeasure(id, 'nonsense', 'Chip'))).toEqual(['sample.value-unknown']);
  expect(codes(bench.core.bench.remeasure(id, wrong?.valueId ?? '', 'Chip'))).toEqual([]);
  expect(view().sample?.task).toMatchObject({ serial: serialOf(2), remeasure: { reason: 'Chip' } });
  gauge(10.02);
  const again = view().sample?.values.filter(
    ({ characteristicId, serial }) => `${characteristicId} ${serial}` === `bore ${serialOf(2)}`,
  );
  expect(again).toMatchObject([
    { value: 10, replaced: true },
    { value: 10.02, attempt: 2, replaced: false, reason: 'Chip' },
  ]);
  const points = bench
    .events()
    .flatMap((e) => (e.type === 'point.charted' && e.body.chart.chartId === 'bore-bench' ? [e.body] : []));
  expect(points).toHaveLength(2);
  expect(points[1]).toMatchObject({ replaces: points[0]?.pointId, values: [{ value: 10.02 }, { value: 10.01 }] });
  expect(view().sample?.task).toBeNull();
});

it('goes on with an interrupted sample after a restart, with everything that was measured', async () => {
  made(1, 3);
  signIn('quinn');
  start();
  gauge(10);
  gauge(60);
  await bench.restart();
  expect(view().sample).toMatchObject({ task: { serial: serialOf(2), characteristicId: 'weight' }, finished: null });
  signIn('quinn');
  scale(500);
  expect(view().sample?.task).toMatchObject({ serial: serialOf(3), characteristicId: 'bore' });
});

it('lets roles measure and skip, and a skipped sample is not asked for again', () => {
  made(1, 3);
  signIn('mara');
  expect(codes(start())).toEqual(['operator.lacks-permission']);
  const skip = (words: string): Outcome<unknown> =>
    bench.core.dispatch(
      { type: 'sample.skip', dueIds: view().due.map(({ dueId }) => dueId), reason: words },
      bench.id(),
    );
  expect(codes(skip('Gauge away'))).toEqual(['operator.lacks-permission']);
  signIn('quinn');
  expect(codes(skip(' '))).toEqual(['sample.words-missing']);
  const dueId = view().due[0]?.dueId ?? '';
  expect(codes(skip('Gauge away'))).toEqual([]);
  expect(view().due).toEqual([]);
  expect(bench.events().at(-1)).toMatchObject({
    type: 'sample.skipped',
    body: { due: { reason: 'units', key: 'X-3' }, characteristics: ['bore', 'flange', 'weight'], reason: 'Gauge away' },
  });
  expect(codes(bench.core.bench.start(dueId, null, bench.id()))).toEqual(['sample.not-due']);
});

it('measures scanned units although nothing is due, and ends a sample with a reason', () => {
  made(1, 1);
  signIn('quinn');
  expect(bench.core.bench.scanned(serialOf(1))).toMatchObject({ ok: true });
  expect(view().scanned).toEqual([serialOf(1)]);
  expect(codes(bench.core.bench.start(null, ['P-9999'], bench.id()))).toEqual(['sample.unit-unknown']);
  expect(codes(bench.core.bench.start(null, null, bench.id()))).toEqual([]);
  expect(view().sample).toMatchObject({ reason: 'asked', units: [{ serial: serialOf(1), done: 0, total: 3 }] });
  expect(bench.core.bench.scanned(serialOf(5))).toMatchObject({
    ok: false,
    refusal: { reasons: [{ code: 'sample.unit-not-in-it' }] },
  });
  expect(codes(bench.core.bench.start(null, [serialOf(1)], bench.id()))).toEqual(['sample.other-open']);
  const { sampleId } = view().sample ?? { sampleId: '' };
  expect(codes(bench.core.dispatch({ type: 'sample.stop', sampleId, reason: '' }, bench.id()))).toEqual([
    'sample.words-missing',
  ]);
  expect(codes(bench.core.dispatch({ type: 'sample.stop', sampleId, reason: 'Unit shipped' }, bench.id()))).toEqual([]);
  gauge(10);
  expect(bench.events().at(-1)).toMatchObject({ type: 'sample.finished', body: { how: 'stopped' } });
});

it('takes the value by the pedal', async () => {
  made(1, 3);
  signIn('quinn');
  start();
  bench.shop.values.set('gauge.value', 10.02);
  bench.shop.read = (tagIds) =>
    Promise.resolve({
      ok: true as const,
      value: tagIds.map((tagId) => ({
        tagId,
        reading: {
          tagId,
          value: 10.02,
          unit: 'mm',
          quality: 'good' as const,
          status: 'Good',
          sourceAt: null,
          serverAt: null,
          receivedAt: bench.clock.now(),
        },
      })),
    });
  const { sampleId } = view().sample ?? { sampleId: '' };
  expect(codes(await bench.core.bench.take(sampleId, bench.id()))).toEqual([]);
  expect(view().sample?.values).toMatchObject([{ value: 10.02, characteristicId: 'bore' }]);
});

it('tells the next unit that passes here of a set-up that was declared, once', async () => {
  const line = new TestStation('ST10', benchConfiguration());
  try {
    line.signIn('mara');
    expect(
      codes(line.core.dispatch({ type: 'set-up.record', kind: 'tool-change', operationId: '77', note: '' }, line.id())),
    ).toEqual(['set-up.operation-unknown']);
    line.core.dispatch({ type: 'set-up.record', kind: 'tool-change', operationId: '10', note: 'Insert' }, line.id());
    for (const n of [1, 2]) {
      line.start(serialOf(n));
      for (let i = 0; i < 2; i += 1) line.act({ type: 'measure', do: 'type', value: 10 });
      line.act({ type: 'instruction', do: 'confirm' });
      line.core.execution.dismiss();
    }
    const passed = line.events().flatMap((e) => (e.type === 'execution.passed' ? [e.body.setUps] : []));
    expect(passed).toMatchObject([[{ kind: 'tool-change' }], undefined]);
  } finally {
    await line.close();
  }
});

it('is the same after the read model was made again, also when passports came, changed and went', async () => {
  made(1, 6);
  signIn('quinn');
  start();
  measureAll();
  const [, serial, body] = passport(1);
  bench.server.send(['passport', serial, body], ['passport', serialOf(2), null]);
  await bench.restart();
  expect(bench.store.rebuild()).toMatchObject({ equal: true });
});

it('a defect seen while a sample is measured is of the sampled operation; the sample stays open with its values', () => {
  made(1, 3);
  signIn('quinn');
  start();
  gauge(10);
  const serial = view().sample?.task?.serial ?? '';
  const record = (): Outcome<unknown> =>
    bench.core.dispatch(
      {
        type: 'nonconformance.record',
        defectId: 'crack',
        subject: { kind: 'units', serials: [serial] },
        mark: null,
        note: '',
      },
      bench.id(),
    );
  const recorded = () => bench.events().findLast(({ type }) => type === 'nonconformance.recorded')?.body;
  expect(codes(record())).toEqual([]);
  expect(recorded()).toMatchObject({ operationId: '10', executionId: null });
  expect(bench.types().at(-1)).toBe('unit.held');
  expect(view().sample).toMatchObject({ task: { serial, characteristicId: 'flange' }, values: [{ value: 10 }] });
  gauge(60);
  expect(view().sample?.values).toHaveLength(2);
  // Nothing of this unit passed here, but its sample was measured here: also when it is over.
  bench.core.dispatch({ type: 'sample.stop', sampleId: view().sample?.sampleId ?? '', reason: 'seen' }, bench.id());
  expect(codes(record())).toEqual([]);
  expect(recorded()).toMatchObject({ operationId: '10' });
});
