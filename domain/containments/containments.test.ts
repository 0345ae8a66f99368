import { beforeEach, describe, expect, it } from 'vitest';
import type { Criterion } from '#contract/containment.ts';
import { event } from '#contract/events/index.ts';
import type { Decision } from '#domain/decision.ts';
import { asHappened } from '#domain/happened.ts';
import { defectConfiguration } from '#domain/nonconformances/test-defects.ts';
import * as line from '#domain/steps/test-kit.ts';
import { codes, reading, startAt, World } from '#domain/test-kit.ts';
import { devicesOf } from './devices.ts';
import { evolveContainment, joinContainments, noContainment } from './containment.ts';

let world: World;
beforeEach(() => {
  world = new World(defectConfiguration());
  world.signIn('lead', 'right');
});
const lot: Criterion = { kind: 'lot', materialId: 'HSG', lot: 'L1' };
const begin = (criterion: Criterion, reason = 'pores'): Decision =>
  world.do({ type: 'containment.begin', criterion, reason, nonconformanceId: null });
const idOf = (decision: Decision): string => (decision.ok ? (decision.value?.['containmentId'] ?? '') : '');
const types = (decision: Decision): readonly string[] => decision.events.map(({ type }) => type);
const unit = (serial: string) => world.units.get(serial);
const start = (serial: string): Decision => world.do({ type: 'execution.start', serial });
const pass = (): Decision => world.act({ type: 'instruction', do: 'confirm' });

describe('begun', () => {
  it('holds what fits and is known here, takes a unit out of its run, and says why', () => {
    start('P-2');
    world.containments.fits = () => ['P-1', 'P-2', 'P-9'];
    const made = begin(lot);
    expect(types(made)).toEqual(['containment.begun', 'unit.held', 'unit.held', 'execution.stopped']);
    expect(unit('P-1')).toMatchObject({
      status: 'held',
      holds: [
        { holdId: `${idOf(made)}/P-1`, reasons: [{ code: 'containment.lot', params: { lot: 'L1', why: 'pores' } }] },
      ],
    });
    // Who wants to work on it hears what is contained, too.
    const refused = start('P-1');
    const title = world.catalogue.material('HSG')?.title;
    expect(refused.ok || refused.reasons).toMatchObject([
      { code: 'unit.held', params: { reason: { en: `${title?.en} L1: pores`, de: `${title?.de} L1: pores` } } },
    ]);
  });
  it('is refused without a reason, twice, of what is unknown, with an empty window, and to who may not', () => {
    expect(codes(begin(lot, '  '))).toEqual(['containment.words-missing']);
    expect(codes(begin({ ...lot, materialId: 'NONE' }))).toEqual(['material.unknown']);
    const window = { from: startAt, until: startAt - 1 };
    expect(codes(begin({ kind: 'gauge', gaugeId: 'NONE', ...window }))).toEqual([
      'containment.window-empty',
      'gauge.unknown',
    ]);
    expect(
      codes(
        begin({ kind: 'operation', definitionId: 'NONE', operationId: '10', stationId: null, from: 0, until: null }),
      ),
    ).toEqual(['containment.operation-unknown']);
    const screwdriver = { kind: 'device', deviceId: 'NONE', stationId: null, from: 0, until: null } as const;
    expect(codes(begin(screwdriver))).toEqual(['containment.device-unknown']);
    // Exchanged: configured no more, but facts tell of it.
    world.containments.fits = ({ kind }) => (kind === 'device' ? ['P-1'] : []);
    expect(types(begin(screwdriver))).toEqual(['containment.begun', 'unit.held']);
    begin(lot);
    const again = begin({ lot: 'L1', materialId: 'HSG', kind: 'lot' });
    expect(codes(again)).toEqual(['containment.begun-already']);
    expect(again).toMatchObject({ next: [{ code: 'open-containment' }] });
    world.signIn('mara', 'right');
    expect(codes(begin({ ...lot, lot: 'L2' }))).toEqual(['operator.lacks-permission']);
  });
});

describe('in force', () => {
  const operation: Criterion = {
    kind: 'operation',
    definitionId: defectConfiguration().definitions[0]!.id,
    operationId: '10',
    stationId: null,
    from: startAt - 1,
    until: null,
  };
  it('holds what passes the operation from now on, and nothing after it was lifted', () => {
    const id = idOf(begin(operation));
    world.signIn('mara', 'right');
    expect(codes(start('P-1'))).toEqual([]);
    expect(codes(pass())).toEqual([]);
    expect(unit('P-1')).toMatchObject({ status: 'held', holds: [{ holdId: `${id}/P-1` }] });
    world.signIn('lead', 'right');
    expect(types(world.do({ type: 'containment.lift', containmentId: id, reason: 'sorted' }))).toEqual([
      'containment.lifted',
      'unit.hold-lifted',
    ]);
    expect(unit('P-1')?.status).toBe('waiting');
    world.signIn('mara', 'right');
    start('P-2');
    pass();
    expect(unit('P-2')?.status).toBe('waiting');
  });
  it('leaves free what a person looked at and lifted', () => {
    world.containments.fits = () => ['P-1'];
    begin(operation);
    expect(codes(world.do({ type: 'unit.lift-hold', serial: 'P-1', reason: 'good' }))).toEqual([]);
    world.signIn('mara', 'right');
    start('P-1');
    pass();
    expect(unit('P-1')?.status).toBe('waiting');
  });
  it('is lifted once, with a reason and the PIN', () => {
    const id = idOf(begin(lot));
    const lift = (reason: string) => codes(world.do({ type: 'containment.lift', containmentId: id, reason }));
    expect(lift('')).toEqual(['containment.words-missing']);
    world.signIn('mara', 'right');
    world.signIn('lead', 'none');
    expect(lift('x')).toEqual(['pin.required']);
    world.signIn('lead', 'right');
    expect(lift('x')).toEqual([]);
    expect(lift('x')).toEqual(['containment.lifted-already']);
    expect(codes(world.do({ type: 'containment.lift', containmentId: 'none', reason: 'x' }))).toEqual([
      'containment.unknown',
    ]);
  });
});

describe('by device', () => {
  const worked = (deviceId: string, more: Partial<Extract<Criterion, { kind: 'device' }>> = {}): void => {
    const criterion = { kind: 'device', deviceId, stationId: null, from: startAt - 1, until: null, ...more } as const;
    line.world.take([
      event('containment.begun', { containmentId: 'ct', criterion, reason: 'off', nonconformanceId: null }),
    ]);
  };
  /** The last value of the run is of the dial. */
  const build = (): readonly unknown[] => {
    line.toMeasure();
    line.push(10);
    line.push(10);
    line.world.readings.set('dial.value', reading('dial.value', 10, { unit: 'mm' }));
    line.world.act({ type: 'measure', do: 'take' });
    return line.world.units.get('P-0001')?.holds.map(({ holdId, reasons }) => [holdId, reasons[0]]) ?? [];
  };
  beforeEach(line.fresh);

  it('holds the unit at the end of the run whose last value the device gave, here and in that time alone', () => {
    worked('dial', { stationId: 'ST10' });
    expect(build()).toMatchObject([
      ['ct/P-0001', { code: 'containment.device', params: { device: 'dial', deviceText: { en: 'dial' }, why: 'off' } }],
    ]);
    for (const other of [{ stationId: 'ST20' }, { until: startAt - 1 }, { from: startAt + 1 }]) {
      line.fresh();
      worked('dial', other);
      expect(build()).toEqual([]);
    }
    line.fresh();
    worked('gauge');
    // Told before the end: what this station has written down decides.
    line.world.containments.fits = ({ kind }) => (kind === 'device' ? ['P-0001'] : []);
    expect(build()).toMatchObject([['ct/P-0001', { code: 'containment.device' }]]);
  });
  it('counts a machine from the request of its cycle and with its results, a gauge with its values, nothing that was typed', () => {
    line.toMachine();
    line.press(14);
    line.world.retry();
    line.world.act({ type: 'machine-cycle', do: 'start' });
    line.report('prepared');
    line.report('started');
    line.finish(12);
    line.push(10);
    line.type(10);
    expect(
      line.world.log.flatMap((each) => (devicesOf(each).length > 0 ? [[each.type, ...devicesOf(each)]] : [])),
    ).toEqual([
      ['machine-cycle.requested', 'press'],
      ['machine-cycle.finished', 'press'],
      ['machine-cycle.requested', 'press'],
      ['machine-cycle.finished', 'press'],
      ['measurement.recorded', 'gauge'],
    ]);
  });
});

it('is the same in whatever order it is heard, also lifted before it was begun', () => {
  const stamp = (at: number, stationId: string) => ({ at, actor: { kind: 'system' } as const, stationId });
  const told = [
    asHappened(
      event('containment.begun', { containmentId: 'c', criterion: lot, reason: 'a', nonconformanceId: null }),
      stamp(1, 'ST10'),
    ),
    asHappened(event('containment.lifted', { containmentId: 'c', reason: 'late' }), stamp(3, 'ST20')),
    asHappened(event('containment.lifted', { containmentId: 'c', reason: 'first' }), stamp(2, 'ST30')),
  ];
  const parts = told.map((each) => evolveContainment(null, each) ?? noContainment('c'));
  const forwards = parts.reduce(joinContainments);
  expect(parts.toReversed().reduce(joinContainments)).toEqual(forwards);
  expect(forwards).toMatchObject({ begun: { reason: 'a' }, lifted: { reason: 'first', stationId: 'ST30' } });
});
