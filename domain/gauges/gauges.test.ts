import { beforeEach, describe, expect, it } from 'vitest';
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { GaugeCommand } from '#domain/commands.ts';
import type { Decision } from '#domain/decision.ts';
import { codes, reading, startAt, World } from '#domain/test-kit.ts';
import { label } from '#domain/steps/test-kit.ts';
import { newGauge, recallsOf } from './gauge.ts';
import { gaugedConfiguration, testGauges } from './test-plan.ts';

const hour = 3_600_000;
let world: World;

function fresh(more: Partial<GaugeNeed> = {}, gauges?: readonly Gauge[]): void {
  world = new World(gaugedConfiguration(more, gauges));
  world.signIn('tech', 'right');
}
const checked = (values: readonly number[], gaugeId = 'G-1', masterId = 'M-1', unit = 'mm'): Decision =>
  world.do({
    type: 'gauge.check',
    gaugeId,
    masterId,
    readings: values.map((value) => ({
      value,
      unit,
      entry: 'device',
      deviceId: 'gauge',
      tagId: 'gauge.value',
      quality: 'good',
      status: 'Good',
      sourceAt: null,
      receivedAt: startAt,
    })),
  });
const goodCheck = (gaugeId?: string, masterId?: string): Decision => checked([10.003, 10.0, 10.006], gaugeId, masterId);
const badCheck = (): Decision => checked([10.003, 10.003, 10.02]);
const calibrate = (more: Partial<Extract<GaugeCommand, { type: 'gauge.calibrate' }>> = {}): Decision =>
  world.do({
    type: 'gauge.calibrate',
    gaugeId: 'G-1',
    on: '2026-11-20',
    result: 'passed',
    certificate: 'C-2',
    due: '2027-11-20',
    asFound: null,
    note: 'as found',
    ...more,
  });
const toMeasure = (serial = 'P-0001'): void => {
  world.do({ type: 'execution.start', serial });
  world.act({ type: 'instruction', do: 'confirm' });
  const scan = (component: ReturnType<typeof label>): Decision =>
    world.act({ type: 'scan-component', do: 'scan', code: 'C', entry: 'scanned' }, component);
  scan(label('HSG', { lot: 'L1' }));
  scan(label('IMP', { serial: `I1${serial}` }));
  scan(label('IMP', { serial: `I2${serial}` }));
  world.act({ type: 'machine-cycle', do: 'start' });
  const cycleId = (world.open()?.steps['press']?.progress as { cycleId: string } | undefined)?.cycleId ?? 'none';
  world.act({ type: 'machine-cycle', do: 'prepared', cycleId, parameters: [] });
  world.act({ type: 'machine-cycle', do: 'started', cycleId });
  const force = { value: 12, unit: 'kN', entry: 'device', deviceId: 'press', tagId: 'press.force' } as const;
  const rest = { quality: 'good', status: 'Good', sourceAt: null, receivedAt: startAt } as const;
  world.act({
    type: 'machine-cycle',
    do: 'finished',
    cycleId,
    traceId: null,
    results: [{ characteristicId: 'force', reading: { ...force, ...rest } }],
  });
};
const push = (value: number): Decision =>
  world.act({
    type: 'measure',
    do: 'pushed',
    tagId: 'gauge.value',
    reading: reading('gauge.value', value, { unit: 'mm' }),
  });
const type = (value: number, gaugeId?: string): Decision =>
  world.act({ type: 'measure', do: 'type', value, ...(gaugeId === undefined ? {} : { gaugeId }) });
const newestValue = () => {
  const found = world.log.findLast((each) => each.type === 'measurement.recorded');
  if (found?.type !== 'measurement.recorded') throw new Error('nothing measured');
  return found.body;
};

describe('gate in a measurement step', () => {
  beforeEach(() => fresh());

  it('takes a value only of a gauge that saw its master in this shift, and records gauge and acceptance', () => {
    toMeasure();
    const refused = push(10);
    expect(codes(refused)).toEqual(['gauge.not-checked']);
    expect(refused.ok ? [] : refused.next.map(({ code }) => code)).toContain('check-gauge');
    expect(goodCheck().ok).toBe(true);
    expect(push(10).ok).toBe(true);
    expect(newestValue()).toMatchObject({
      gaugeId: 'G-1',
      acceptance: { rule: 'guarded', lower: 9.917 },
      lower: 9.9,
      verdict: 'ok',
    });
    // The next shift begins at 14:00 in Berlin, 13:00 UTC.
    world.now = Date.UTC(2026, 10, 20, 13);
    expect(codes(push(10))).toEqual(['gauge.not-checked']);
  });

  it('judges by the guarded limits: inside the tolerance is not enough', () => {
    toMeasure();
    goodCheck();
    push(9.91);
    expect(newestValue().verdict).toBe('below');
    const failed = push(10);
    expect(failed.events.find(({ type: kind }) => kind === 'step.failed')?.body).toMatchObject({
      reasons: [{ code: 'value.out-of-limits', params: { value: 9.91, lower: 9.917 } }],
    });
  });

  it('tells everything that stands against the gauge at once', () => {
    world.gauges.serials.set('gauge', 'S-9');
    world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: 'dropped' });
    world.now = Date.UTC(2027, 5, 1, 8);
    toMeasure();
    const refused = push(10);
    expect(codes(refused)).toEqual(['gauge.wrong-serial', 'gauge.condemned', 'gauge.overdue', 'gauge.not-checked']);
    expect(refused.ok ? null : refused.reasons[1]?.params).toMatchObject({
      by: 'TECH',
      words: 'dropped',
      station: 'ST10',
    });
    // Read off by eye the device's number says nothing.
    expect(codes(type(10))).toEqual(['gauge.condemned', 'gauge.overdue', 'gauge.not-checked']);
  });

  it('a serial number that is right, or that no device tells, does not stand against it', () => {
    goodCheck();
    world.gauges.serials.set('gauge', 'S-1');
    toMeasure();
    expect(push(10).ok).toBe(true);
    world.gauges.serials.delete('gauge');
    expect(push(10).ok).toBe(true);
  });

  it('a typed value names the gauge it was read from; one that is read by a device elsewhere is not typed', () => {
    toMeasure();
    goodCheck('G-3', 'M-3');
    expect(codes(type(10, 'G-4'))).toEqual(['gauge.overdue', 'gauge.not-checked']);
    expect(codes(type(10, 'G-2'))).toEqual(['gauge.has-device']);
    expect(codes(type(10, 'G-9'))).toEqual(['gauge.unknown']);
    expect(type(10, 'G-3').ok).toBe(true);
    expect(newestValue()).toMatchObject({ gaugeId: 'G-3', reading: { entry: 'typed' } });
  });

  it('the step that takes no typed values is shut before anything is measured, and says so', () => {
    toMeasure();
    goodCheck();
    push(10);
    push(10);
    expect(world.open()?.currentStep).toBe('bore-only-gauge');
    // Its dial was never checked.
    const refused = world.act({ type: 'measure', do: 'take' });
    expect(codes(refused)).toEqual(['gauge.not-checked']);
  });

  it('asks for a study of this characteristic where the plan does', () => {
    fresh({ master: 'none', study: { maxPercent: 30, of: 'tolerance', minDistinct: 5 } });
    toMeasure();
    expect(codes(push(10))).toEqual(['gauge.not-studied']);
    const study = {
      studyId: 'S1',
      definitionId: 'PUMP',
      characteristicId: 'bore',
      ofTolerance: 31,
      ofStudy: 12,
      distinct: 7,
      takenAt: [],
      at: startAt,
      stationId: 'QB10',
    };
    world.gauges.told.set('G-1', { ...newGauge('G-1'), studies: [study] });
    const refused = push(10);
    expect(codes(refused)).toEqual(['gauge.study-failed']);
    expect(refused.ok ? null : refused.reasons[0]?.params).toMatchObject({
      percent: 31,
      maxPercent: 30,
      of: 'tolerance',
    });
    world.gauges.told.set('G-1', { ...newGauge('G-1'), studies: [{ ...study, studyId: 'S2', ofTolerance: 22 }] });
    expect(push(10).ok).toBe(true);
  });

  it('refuses a wrong type, a coarse gauge, another unit and an uncertainty that eats the tolerance', () => {
    const [first] = testGauges;
    if (first === undefined) throw new Error('no gauge');
    for (const [change, code] of [
      [{ type: 'ruler' }, 'gauge.wrong-type'],
      [{ resolution: 0.02 }, 'gauge.too-coarse'],
      [{ unit: 'cm' }, 'gauge.wrong-unit'],
      [{ uncertainty: { expanded: 0.2, k: 2 } }, 'gauge.guard-too-wide'],
    ] as const) {
      fresh({ master: 'none' }, [{ ...first, ...change }]);
      toMeasure();
      expect(codes(push(10))).toEqual([code]);
    }
    fresh({ master: 'none' }, []);
    toMeasure();
    expect(codes(push(10))).toEqual(['gauge.not-registered']);
    expect(codes(type(10))).toEqual(['gauge.not-named']);
  });

  it('without a plan for it every value counts, and the gauge is named all the same', () => {
    const configuration = gaugedConfiguration();
    world = new World({ ...configuration, controlPlans: [] });
    world.signIn('tech');
    toMeasure();
    expect(push(9.91).ok).toBe(true);
    expect(newestValue()).toMatchObject({ gaugeId: 'G-1', acceptance: null, verdict: 'ok' });
  });

  it('a check of the last shift does not count, also in the night in which the clocks are set back', () => {
    // 2026-10-25: 03:00 becomes 02:00; the night shift of the 24th runs from 20:00 to 05:00 UTC.
    world.now = Date.UTC(2026, 9, 24, 20, 0);
    goodCheck();
    toMeasure();
    world.now = Date.UTC(2026, 9, 25, 4, 59);
    expect(push(10).ok).toBe(true);
    world.now = Date.UTC(2026, 9, 25, 5, 0);
    expect(codes(push(10))).toEqual(['gauge.not-checked']);
  });
});

describe('people', () => {
  beforeEach(() => fresh());

  it('record a calibration; a day that has not come, or a due day before it, is refused', () => {
    expect(codes(calibrate({ on: '2026-11-21' }))).toEqual(['gauge.date-in-future']);
    expect(codes(calibrate({ due: '2026-11-20' }))).toEqual(['gauge.due-not-later']);
    expect(codes(calibrate({ certificate: ' ' }))).toEqual(['gauge.words-missing']);
    expect(codes(calibrate({ gaugeId: 'G-77' }))).toEqual(['gauge.unknown']);
    expect(calibrate({ asFound: 0.004 }).events[0]?.body).toMatchObject({
      asFound: { deviation: 0.004, unit: 'mm' },
      dueAt: Date.UTC(2027, 10, 20, 23) - 1,
    });
    expect(world.gauges.state('G-1').calibration).toMatchObject({ certificate: 'C-2', stationId: 'ST10' });
  });

  it('need the role and, for calibrations and returns, the PIN', () => {
    world.signIn('mara');
    expect(codes(calibrate())).toEqual(['operator.lacks-permission']);
    expect(codes(world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: 'x' }))).toEqual([
      'operator.lacks-permission',
    ]);
    expect(goodCheck().ok).toBe(true);
    world.signIn('tech');
    expect(codes(calibrate())).toEqual(['pin.required']);
  });

  it('a check fails by its worst reading, to the last digit of the tolerance; a wrong unit is said', () => {
    expect(checked([10.013, 10.003, 9.993]).events[0]?.body).toMatchObject({ result: 'passed', deviation: 0.01 });
    expect(badCheck().events[0]?.body).toMatchObject({ result: 'failed', deviation: 0.017 });
    expect(codes(checked([10, 10], 'G-1'))).toEqual(['gauge.readings-missing']);
    expect(codes(checked([0.3938, 0.3938, 0.3938], 'G-1', 'M-1', '[in_i]'))).toContain('value.wrong-unit');
    expect(codes(checked([10, 10, 10], 'G-1', 'M-3'))).toEqual(['gauge.master-unknown']);
  });

  it('a failed check shuts the gauge until a good one or a good calibration, whether or not the plan asks for one', () => {
    fresh({ master: 'none' });
    toMeasure();
    badCheck();
    expect(codes(push(10))).toEqual(['gauge.check-failed']);
    world.now += hour;
    expect(calibrate().ok).toBe(true);
    expect(push(10).ok).toBe(true);
  });

  it('condemn and return with a reason; one that was found bad last does not come back', () => {
    expect(codes(world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: ' ' }))).toEqual(['gauge.words-missing']);
    expect(codes(world.do({ type: 'gauge.return', gaugeId: 'G-1', reason: 'x' }))).toEqual(['gauge.not-condemned']);
    expect(world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: 'dropped' }).ok).toBe(true);
    expect(codes(world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: 'again' }))).toEqual([
      'gauge.condemned-already',
    ]);
    world.now += hour;
    calibrate({ result: 'failed' });
    expect(codes(world.do({ type: 'gauge.return', gaugeId: 'G-1', reason: 'x' }))).toEqual(['gauge.still-bad']);
    world.now += hour;
    calibrate();
    expect(world.do({ type: 'gauge.return', gaugeId: 'G-1', reason: 'calibrated' }).ok).toBe(true);
    expect(world.gauges.state('G-1').use).toMatchObject({ condemned: false });
  });

  it('a gauge that was condemned elsewhere is refused by what is known, also long after the server was heard', () => {
    goodCheck();
    toMeasure();
    const told = {
      condemned: true,
      reason: 'bent',
      at: startAt,
      stationId: 'QB10',
      by: { kind: 'person', id: 'tech' },
    } as const;
    world.gauges.told.set('G-1', { ...newGauge('G-1'), use: told });
    world.server = { configured: true, linked: false, sinceAt: startAt, current: false };
    world.now += hour;
    expect(codes(push(10))).toEqual(['gauge.condemned']);
  });
});

describe('recall', () => {
  beforeEach(() => fresh({ master: 'none' }));

  it('holds what was measured since the last good check, at one tap, and the unit in work at the end of its run', () => {
    const measure = (serial: string): void => {
      toMeasure(serial);
      push(10);
      push(10);
    };
    goodCheck();
    world.now += hour;
    measure('P-0001');
    // Its run is still open; the other step asks for the dial.
    world.now += hour;
    badCheck();
    const [found] = recallsOf(world.gauges.state('G-1'));
    expect(found).toMatchObject({ kind: 'check', since: startAt, foundAt: startAt + 2 * hour, until: null });
    const recallId = found?.recallId ?? '';
    expect(codes(world.do({ type: 'gauge.recall', gaugeId: 'G-1', recallId: 'none' }))).toEqual([
      'gauge.recall-unknown',
    ]);
    const first = world.do({ type: 'gauge.recall', gaugeId: 'G-1', recallId });
    expect(first.events.map(({ type: kind }) => kind)).toEqual(['gauge.recalled']);
    world.act({ type: 'measure', do: 'take' });
    expect(world.units.get('P-0001')?.status).toBe('held');
    expect(world.units.get('P-0001')?.holds.at(-1)).toMatchObject({
      holdId: `${recallId}/P-0001`,
      reasons: [{ code: 'gauge.recalled', params: { gauge: 'G-1', sinceAt: startAt } }],
    });
    // Nothing more to say.
    expect(codes(world.do({ type: 'gauge.recall', gaugeId: 'G-1', recallId }))).toEqual(['gauge.nothing-to-hold']);
    // Measured before the last good check, or after the next: not in it.
    expect(world.gauges.measuredWith('G-1', startAt + 2 * hour, null)).toEqual([]);
  });

  it('a gauge never found good before is recalled from the first value on; findings with none good between are one', () => {
    badCheck();
    world.now += hour;
    world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: 'bent' });
    expect(recallsOf(world.gauges.state('G-1'))).toMatchObject([{ kind: 'check', since: null, until: null }]);
    world.now += hour;
    goodCheck();
    world.now += hour;
    badCheck();
    expect(recallsOf(world.gauges.state('G-1'))).toMatchObject([
      { since: startAt + 2 * hour, until: null },
      { since: null, until: startAt + 2 * hour },
    ]);
  });

  it('a failed calibration takes no good check between its day and its record for an end', () => {
    goodCheck();
    const monday = startAt + 72 * hour;
    world.now = monday;
    goodCheck();
    world.now = monday + 8 * hour;
    calibrate({ on: '2026-11-23', result: 'failed' });
    expect(recallsOf(world.gauges.state('G-1'))).toMatchObject([{ kind: 'calibration', since: startAt, until: null }]);
  });
});
