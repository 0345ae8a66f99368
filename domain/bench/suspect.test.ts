import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { GaugeBody } from '#domain/gauges/gauge.ts';
import { recallReason } from '#domain/gauges/gauge.ts';
import { suspectOfText, suspectText, suspicion } from '#domain/gauges/suspect.ts';
import { checkHere, checkMark, markedGauge, tell } from '#domain/gauges/test-findings.ts';
import { testGauges } from '#domain/gauges/test-plan.ts';
import { serialOf } from '#domain/control/test-plan.ts';
import { codes, reading, startAt, World } from '#domain/test-kit.ts';
import { countingValues, nextPlace, suspectValues, type Sample } from './sample.ts';
import { benchConfiguration } from './test-plan.ts';

const minute = 60_000;
let world: World;
let sampleId: string;

beforeEach(() => fresh());
/** Bore and flange by the gauge G-1, weight by the scale, which is in no register. @param need whether the plan asks for a gauge. */
function fresh(
  need: object | null = { type: 'calliper', resolution: 0.01, master: 'none', decision: { rule: 'simple' } },
): void {
  const configuration = benchConfiguration();
  const controlPlans = configuration.controlPlans.map((plan) => ({
    ...plan,
    characteristics: plan.characteristics.map((c) =>
      need !== null && c.sampling !== undefined && c.characteristic !== 'weight'
        ? { ...c, gauge: need as typeof c.gauge }
        : c,
    ),
  }));
  world = new World({ ...configuration, controlPlans, gauges: [...testGauges] }, 'QB10');
  world.devices.set('scale', { state: 'connected', since: startAt, pushes: true });
  world.gauges.serials.set('gauge', 'S-1');
  world.bench.units = [1, 2].map((n) => ({
    serial: serialOf(n),
    executionId: `X-${n}`,
    orderId: 'WO-1',
    revision: 'A',
    at: startAt,
    first: n === 1,
    setUps: [],
  }));
  world.signIn('quinn');
  check(true);
  later();
  world.do({ type: 'sample.start', dueId: null, serials: [serialOf(1), serialOf(2)] });
  sampleId = sample().sampleId;
}
const sample = (): Sample => {
  const newest = world.bench.newest();
  if (newest === null) throw new Error('no sample');
  return newest;
};
const later = (): void => void (world.now += minute);
const check = (good: boolean): void => checkHere(world, good);
const measure = (tagId: string, value: number, replaces: { valueId: string; reason: string } | null = null) => {
  later();
  const unit = tagId.startsWith('scale') ? 'g' : 'mm';
  return world.do({
    type: 'sample.measure',
    sampleId,
    tagId,
    reading: reading(tagId, value, { unit, receivedAt: world.now, sourceAt: world.now }),
    replaces,
  });
};
const gauge = (value: number) => measure('gauge.value', value);
const scale = (value: number) => measure('scale.value', value);
function all(last = true): void {
  for (const [bore, flange] of [
    [10, 60],
    [10.01, 60.1],
  ] as const) {
    expect(codes(gauge(bore))).toEqual([]);
    expect(codes(gauge(flange))).toEqual([]);
    if (last || bore === 10) expect(codes(scale(500))).toEqual([]);
  }
}
const suspects = () => suspectValues(sample(), suspicion(world.facts()));
const next = () => nextPlace(sample(), suspicion(world.facts()));
const recorded = () => world.log.flatMap((e) => (e.type === 'sample.value-recorded' ? [e.body] : []));

it('keeps the last value and stays open while values that count cannot be relied on, then leads to each of them', () => {
  all(false);
  const goodAt = startAt;
  later();
  const foundAt = world.now;
  check(false);
  expect(codes(scale(501))).toEqual([]);
  expect(sample().taken).toHaveLength(6);
  expect(sample().finished).toBeNull();
  const why = recallReason('G-1', { since: goodAt, foundAt });
  expect(suspects().map(({ value, why: told }) => [value.characteristicId, value.serial, told])).toEqual([
    ['bore', serialOf(1), why],
    ['flange', serialOf(1), why],
    ['bore', serialOf(2), why],
    ['flange', serialOf(2), why],
  ]);
  expect(next()?.place).toMatchObject({ characteristicId: 'bore', serial: serialOf(1) });
  // The gauge itself is refused first: its values would be no better.
  expect(codes(gauge(10))).toEqual(['gauge.check-failed']);
  later();
  check(true);
  for (const value of [10.02, 60.2, 10.03]) expect(codes(gauge(value))).toEqual([]);
  expect(sample().finished).toBeNull();
  expect(codes(gauge(60.3))).toEqual([]);
  expect(sample().finished).toMatchObject({ how: 'complete' });
  expect(recorded().slice(6)).toMatchObject([
    { characteristicId: 'bore', attempt: 2, replaces: { valueId: recorded()[0]?.valueId, reason: suspectText(why) } },
    { characteristicId: 'flange', attempt: 2 },
    { characteristicId: 'bore', serial: serialOf(2) },
    { characteristicId: 'flange', serial: serialOf(2) },
  ]);
  expect(suspects()).toEqual([]);
});

it('a condemned gauge, one whose calibration failed, and one of no register: each as it is known', () => {
  gauge(10);
  world.take([
    { type: 'gauge.condemned', v: 1, body: { gaugeId: 'G-1', condemnationId: 'C-1', reason: 'bent' } } as never,
  ]);
  expect(suspects()).toHaveLength(1);
  fresh();
  gauge(10);
  later();
  const body = {
    calibrationId: 'L-1',
    gaugeId: 'G-1',
    on: '2026-11-25',
    onAt: startAt,
    result: 'failed',
    certificate: '',
  };
  world.take([
    { type: 'gauge.calibrated', v: 1, body: { ...body, due: null, dueAt: null, asFound: null, note: 'off' } } as never,
  ]);
  expect(suspects()).toHaveLength(1);
  // The scale has no gauge: nothing can be found against its values.
  expect(suspicion(world.facts())({ gaugeId: null, at: startAt })).toBeNull();
});

it('a good check that is heard late takes it back, and the sample ends without another value', () => {
  all(false);
  later();
  check(false);
  scale(500);
  expect(codes(world.do({ type: 'sample.complete', sampleId }, { kind: 'system' }))).toEqual([]);
  expect(sample().finished).toBeNull();
  // Another station had found it good just before it failed.
  tell(world, 'G-1', checkMark(true, world.now - minute - 1));
  expect(suspects()).toEqual([]);
  expect(codes(world.do({ type: 'sample.complete', sampleId }, { kind: 'system' }))).toEqual([]);
  expect(sample().finished).toMatchObject({ how: 'complete' });
  expect(world.do({ type: 'sample.complete', sampleId }, { kind: 'system' }).events).toEqual([]);
  expect(world.do({ type: 'sample.complete', sampleId: 'nonsense' }, { kind: 'system' }).events).toEqual([]);
});

it('found bad after the sample was finished: it stays so, says which values, and takes each of them again without words', () => {
  all();
  later();
  check(false);
  expect(sample().finished).toMatchObject({ how: 'complete' });
  const refused = gauge(10);
  expect(codes(refused)).toEqual(['sample.finished-already', ...Array<string>(4).fill('sample.value-suspect')]);
  expect(refused.ok ? [] : refused.reasons[1]?.params).toMatchObject({
    characteristicText: { en: 'Bore' },
    serial: serialOf(1),
    gauge: 'G-1',
    foundAt: world.now - minute,
  });
  check(true);
  const [bad] = suspects();
  expect(codes(measure('gauge.value', 10.02, { valueId: bad?.value.valueId ?? '', reason: ' ' }))).toEqual([]);
  expect(suspectOfText(recorded().at(-1)?.replaces?.reason ?? '')).toEqual(bad?.why);
  expect(suspects()).toHaveLength(3);
  expect(world.log.filter(({ type }) => type === 'sample.finished')).toHaveLength(1);
  // Of a value that nothing is known against, words are asked for as ever.
  const fine = [...countingValues(sample()).values()].find(({ gaugeId }) => gaugeId === null);
  expect(codes(measure('scale.value', 500, { valueId: fine?.valueId ?? '', reason: '' }))).toEqual([
    'sample.words-missing',
  ]);
});

it('two recalls that overlap: a value is suspect as long as one of them covers it', () => {
  gauge(10);
  later();
  check(false);
  // A calibration of the same day found it bad as well: from the beginning of the day to its record.
  later();
  const from = startAt - 60 * minute;
  const calibration: GaugeBody['marks'][number] = {
    id: 'L-afar',
    kind: 'calibration',
    good: false,
    from,
    to: world.now,
    stationId: 'ST10',
  };
  tell(world, 'G-1', calibration);
  expect(suspects()).toHaveLength(1);
  // Good between the value and the failed check: the check's recall no longer covers it, the calibration's does.
  const good = checkMark(true, world.now - minute - 1);
  tell(world, 'G-1', calibration, good);
  expect(suspects()[0]?.why).toEqual(recallReason('G-1', { since: null, foundAt: calibration.to }));
  tell(world, 'G-1', good);
  expect(suspects()).toEqual([]);
});

it('takes no value of a gauge that is suspect itself, also where the plan asks for none and where it is in use again unchecked', () => {
  fresh(null);
  expect(codes(gauge(10))).toEqual([]);
  later();
  check(false);
  expect(codes(gauge(60))).toEqual(['gauge.not-found-good']);
  expect(codes(measure('gauge.value', 10, { valueId: recorded()[0]?.valueId ?? '', reason: '' }))).toEqual([
    'gauge.not-found-good',
  ]);
  later();
  check(true);
  expect(codes(gauge(60))).toEqual([]);
  fresh();
  world.take([
    { type: 'gauge.condemned', v: 1, body: { gaugeId: 'G-1', condemnationId: 'C-1', reason: 'fell' } } as never,
  ]);
  later();
  world.take([{ type: 'gauge.returned', v: 1, body: { gaugeId: 'G-1', reason: 'looks fine' } } as never]);
  expect(codes(gauge(10))).toEqual(['gauge.not-found-good']);
  later();
  check(true);
  expect(codes(gauge(10))).toEqual([]);
});

it('comes to the same from the log alone', () => {
  all(false);
  later();
  check(false);
  scale(500);
  later();
  check(true);
  gauge(10.02);
  const again = new World(benchConfiguration(), 'QB10');
  for (const event of world.log) again.fold(event);
  expect(again.bench.newest()).toEqual(sample());
  expect(suspectValues(sample(), suspicion(again.facts()))).toEqual(suspects());
  expect(suspects()).toHaveLength(3);
});

it('older marks that had to go make nothing suspect that was measured before them; a recall in force outlives its marks', () => {
  const at = (n: number): number => startAt + n * minute;
  const marks = Array.from({ length: 60 }, (_, n) => checkMark(n > 0, at(n)));
  const facts = (body: GaugeBody) => ({ gauges: { ...world.gauges, state: () => body } as never });
  const full = markedGauge('G-1', marks);
  expect(suspicion(facts(full))({ gaugeId: 'G-1', at: startAt - minute })).toBeNull();
  const inForce = { recallId: 'K-old', since: startAt - 9 * minute, foundAt: startAt - minute, units: [] };
  const by = { kind: 'system' } as const;
  const told = { ...full, recalls: [{ ...inForce, at: startAt, stationId: 'QB10', by }] };
  expect(suspicion(facts(told))({ gaugeId: 'G-1', at: startAt - 5 * minute })).toEqual(recallReason('G-1', inForce));
  expect(suspicion(facts(told))({ gaugeId: 'G-1', at: startAt - 10 * minute })).toBeNull();
});

it('keeps the reason of a remeasure as code and parameters, and reads it back', () => {
  fc.assert(
    fc.property(fc.option(fc.nat(2 ** 31)), fc.nat(2 ** 31), (since, foundAt) => {
      const why = recallReason('G-114', { since, foundAt });
      expect(suspectOfText(suspectText(why))).toEqual(why);
    }),
  );
  for (const words of ['Chip', 'gauge.recalled', 'gauge.recalled G-1 yesterday today'])
    expect(suspectOfText(words)).toBeNull();
});
