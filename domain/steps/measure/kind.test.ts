import { beforeEach, describe, expect, it } from 'vitest';
import { codes, reading, startAt } from '#domain/test-kit.ts';
import { current, fresh, push, toMeasure, type, types, world } from '../test-kit.ts';
import { verdictOf } from '../values.ts';

beforeEach(fresh);

it('limits are inclusive', () => {
  expect([9.9, 10.1, 9.8999, 10.1001].map((v) => verdictOf(v, 9.9, 10.1))).toEqual(['ok', 'ok', 'below', 'above']);
  expect([verdictOf(-1e9, null, 5), verdictOf(1e9, 5, null)]).toEqual(['ok', 'ok']);
});

describe('measure', () => {
  beforeEach(toMeasure);

  it('takes one value per point and judges after the last', () => {
    expect(types(push(10))).toEqual(['measurement.recorded']);
    expect(types(push(10.1))).toEqual(['measurement.recorded', 'step.passed', 'step.started']);
  });
  it('fails with every bad value after the last point, tries again from nothing, and marks what was typed', () => {
    push(9.5);
    const decision = push(10.5);
    expect(types(decision)).toEqual(['measurement.recorded', 'step.failed']);
    expect(world.open()?.failure?.reasons.map((r) => r.params['value'])).toEqual([9.5, 10.5]);
    expect(world.open()?.failure?.reasons.map((r) => r.params['pointText'])).toEqual([
      { en: 'left', de: 'left (de)' },
      { en: 'right', de: 'right (de)' },
    ]);
    expect(codes(push(10))).toEqual(['command.outdated']);
    expect(world.retry().ok).toBe(true);
    type(10.05);
    expect(types(push(10))).toContain('step.passed');
    const entries = world.log.flatMap((e) => (e.type === 'measurement.recorded' ? [e.body.reading.entry] : []));
    expect(entries).toEqual(['device', 'device', 'typed', 'device']);
  });
  it('takes no bad, stale, wrong or absurd reading', () => {
    expect(codes(push(10, { quality: 'bad', status: 'frame-invalid' }))).toEqual(['tag.bad-quality']);
    expect(codes(push(10, { quality: 'uncertain', status: 'UncertainX' }))).toEqual(['tag.bad-quality']);
    expect(codes(push(10, { stale: true }))).toEqual(['tag.stale']);
    expect(codes(push(null))).toEqual(['tag.no-value']);
    expect(codes(push(10, { unit: '[in_i]' }))).toEqual(['value.wrong-unit']);
    expect(codes(push(Number.NaN))).toEqual(['value.not-a-number']);
    expect(codes(push(101))).toEqual(['value.implausible']);
    const byHand = push(10, { stale: true });
    expect(!byHand.ok && byHand.next.map((n) => n.code)).toContain('enter-by-hand');
  });
  it('checks what is typed', () => {
    expect(codes(type(10.123))).toEqual(['value.too-many-decimals']);
    expect(codes(type(150.123))).toEqual(['value.too-many-decimals', 'value.implausible']);
    expect(codes(type(Number.POSITIVE_INFINITY))).toEqual(['value.not-a-number']);
  });
  it('does not take the last value of a gauge with a button: it may be of the part before', () => {
    world.readings.set('gauge.value', reading('gauge.value', 10, { unit: 'mm' }));
    expect(codes(world.act({ type: 'measure', do: 'take' }))).toEqual(['step.action-not-possible']);
  });
  it('value.typed-not-allowed; takes the present reading of a continuous gauge; needs it alive', () => {
    push(10);
    push(10);
    expect(current()).toBe('bore-only-gauge');
    expect(codes(type(10))).toEqual(['value.typed-not-allowed']);
    expect(codes(push(10))).toEqual(['step.action-not-possible']);
    world.devices.set('dial', { state: 'disconnected', since: startAt, pushes: false });
    world.readings.set('dial.value', reading('dial.value', 10, { unit: 'mm', stale: true }));
    expect(codes(world.act({ type: 'measure', do: 'take' }))).toEqual(['device.not-connected', 'tag.stale']);
    world.devices.set('dial', { state: 'connected', since: startAt, pushes: false });
    world.readings.set('dial.value', reading('dial.value', 10, { unit: 'mm' }));
    expect(types(world.act({ type: 'measure', do: 'take' }))).toEqual([
      'measurement.recorded',
      'step.passed',
      'execution.passed',
    ]);
    expect(world.units.get('P-0001')).toMatchObject({ status: 'waiting', open: null });
  });
});
