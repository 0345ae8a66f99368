/** Charts and signals over the real store: restart, rebuild, values one after the other, other stations, the screen's views. */
import { call } from '@orpc/server';
import { afterEach, describe, expect, it } from 'vitest';
import { boreChart, controlConfiguration, serialOf } from '#domain/control/test-plan.ts';
import { ControlMemory } from '#domain/control/test-memory.ts';
import { chartKeyText } from '#domain/control/chart.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { readChart } from '#station/store/projections/control.ts';
import { followSignals } from './follow-signals.ts';
import { createControlRouter } from './rpc.ts';

let station: TestStation;
let made = 0;
function open(...of: Parameters<typeof controlConfiguration>): void {
  station = new TestStation('ST10', controlConfiguration(...of));
  station.signIn('lead', 'right');
  made = 0;
}
afterEach(() => station.close());

const view = () => station.view();
function measure(values: readonly number[]): void {
  for (const value of values) expect(station.act({ type: 'measure', do: 'type', value }).ok).toBe(true);
}
function build(...values: readonly number[]): string {
  const serial = serialOf((made += 1));
  station.clock.advance(60_000);
  expect(station.start(serial).ok, JSON.stringify(view().refusal)).toBe(true);
  measure(values);
  if (view().step?.definition.id === 'look') station.act({ type: 'instruction', do: 'confirm' });
  return serial;
}
const of = <T extends string>(type: T) => station.events().filter((e) => e.type === type);
const signals = () => station.events().flatMap((e) => (e.type === 'signal.raised' ? [e.body] : []));
const points = () => station.events().flatMap((e) => (e.type === 'point.charted' ? [e.body] : []));
const status = (serial: string) => readUnit(station.core.read, serial)?.status;
const router = () => createControlRouter(station.core);
function close(signalId: string): void {
  for (const stepId of ['again', 'tool'])
    expect(station.core.dispatch({ type: 'reaction.do-step', signalId, stepId }, station.id()).ok).toBe(true);
  const closed = station.core.dispatch({ type: 'signal.close', signalId, causeId: 'worn', note: '' }, station.id());
  expect(closed.ok, JSON.stringify(closed)).toBe(true);
}

describe('the station', () => {
  it('raises a signal exactly once, in the transaction of the measurement, and goes on after the closing', async () => {
    open();
    build(10, 10);
    build(10.2, 10.2);
    const [raised] = signals();
    const events = station.events();
    const at = events.findIndex((e) => e.type === 'signal.raised');
    const measured = events.findLast((e) => e.type === 'measurement.recorded');
    expect(events[at]?.commandId).toBe(measured?.commandId);
    expect([events[at]?.actor, measured?.actor]).toEqual([{ kind: 'system' }, { kind: 'person', id: 'lead' }]);
    expect(station.start('P-0003')).toMatchObject({
      ok: false,
      refusal: { reasons: [{ code: 'process.signal-open' }], next: [{ code: 'open-signal' }, {}] },
    });
    await station.restart();
    expect(station.start('P-0003').ok).toBe(false);
    station.signIn('lead', 'right');
    close(raised!.signalId);
    expect(station.start('P-0003').ok).toBe(true);
    expect(signals()).toHaveLength(1);
  });

  it('a restart between measurement and end of the run: the unit is still put on hold at its end', async () => {
    open();
    station.start('P-0001');
    measure([10.2, 10.2]);
    expect(status('P-0001')).toBe('in-work');
    await station.restart();
    station.signIn('lead', 'right');
    station.act({ type: 'instruction', do: 'confirm' });
    expect(status('P-0001')).toBe('held');
  });

  it('a restart at every step changes nothing of what is charted', async () => {
    const run = async (restart: boolean): Promise<unknown> => {
      open({ kind: 'cusum', rules: { set: 'nelson', use: [1], runs: {} } });
      for (let n = 0; n < 6; n += 1) {
        build(10.02, 10.03);
        if (restart) await station.restart();
        station.signIn('lead', 'right');
      }
      const told = points().map(({ plots, values }) => [plots, values.map(({ value }) => value)]);
      if (!restart) await station.close();
      return told;
    };
    const without = await run(false);
    expect(await run(true)).toEqual(without);
  });

  it('the read model made again is the same, and the same as the rules fold in memory', () => {
    open({ limits: { from: 'data', minimum: 8 } });
    for (let n = 0; n < 12; n += 1) build(10 + 0.01 * (n % 3), 10.02);
    station.core.dispatch({ type: 'point.exclude', pointId: points()[9]!.pointId, reason: 'dropped' }, null);
    build(10.4, 10.4);
    close(signals()[0]!.signalId);
    build(10.01, 10.01);
    const report = station.store.rebuild({ replace: false });
    expect(report.tables.filter(({ equal }) => !equal)).toEqual([]);
    const memory = new ControlMemory(new Map());
    for (const event of station.events()) memory.fold(event);
    expect(JSON.parse(JSON.stringify(memory.chart(boreChart)))).toEqual(readChart(station.core.read, boreChart));
  });

  it('values one after the other become a point of N, and one measured again takes the place of its old value', () => {
    open({ kind: 'xbar-s', subgroup: { from: 'units', size: 3 } }, { points: 1 });
    build(10);
    build(10.6);
    station.retry();
    measure([10.03]);
    station.act({ type: 'instruction', do: 'confirm' });
    expect(points()).toEqual([]);
    build(10.06);
    expect(points()[0]?.values.map(({ value, attempt }) => [value, attempt])).toEqual([
      [10, 1],
      [10.03, 2],
      [10.06, 1],
    ]);
    build(10.01);
    build(10.02);
    build(10.8);
    const bad = points()[1];
    expect(bad?.values.map(({ value }) => value)).toEqual([10.01, 10.02, 10.8]);
    station.retry();
    measure([10.04]);
    expect(points()[2]).toMatchObject({ replaces: bad?.pointId });
    expect(points()[2]?.values.map(({ value }) => value)).toEqual([10.01, 10.02, 10.04]);
  });

  it('with 200 plans and four charts on the characteristic a measurement is judged by each, and the unit goes on', () => {
    const base = controlConfiguration();
    const [plan] = base.controlPlans;
    const charts = plan!.characteristics[0]!.charts;
    // Four charts on each measured characteristic is the most a plan may have; the other plans only have to be looked through.
    const others = Array.from({ length: 200 }, (_, i) => ({ ...plan!, id: `OTHER-${i}`, definition: `OTHER-${i}` }));
    const own = {
      ...plan!,
      characteristics: [
        { ...plan!.characteristics[0]!, charts: [0, 1, 2, 3].map((i) => ({ ...charts[0]!, id: `bore-${i}` })) },
      ],
    };
    station = new TestStation('ST10', { ...base, controlPlans: [...others, own] });
    station.signIn('lead', 'right');
    made = 0;
    for (let n = 0; n < 30; n += 1) build(10 + 0.01 * (n % 3), 10 - 0.01 * (n % 2));
    station.start(serialOf(31));
    measure([10.3]);
    measure([10.3]);
    expect(signals()).toHaveLength(4);
    expect(readUnit(station.core.read, serialOf(31))?.status).toBe('in-work');
  });
});

describe('other stations', () => {
  const bench = {
    signalId: 'sg-bench',
    raised: {
      pointId: 'pt-1',
      chart: { ...boreChart, revision: '1', hash: 'plan-1' },
      definitionId: 'PUMP',
      operationId: '10',
      rules: [
        {
          set: 'nelson',
          id: '1',
          kind: 'beyond',
          count: null,
          points: null,
          sigmas: 3,
          plot: 'mean',
          members: ['pt-1'],
        },
      ],
      lastInControl: null,
      suspects: ['P-0001'],
      reaction: { id: 'bore-off', steps: ['again', 'tool'] },
      at: 1,
      stationId: 'QB10',
    },
    steps: [],
    closed: null,
  };
  it('a signal found at the bench locks this station, and the reaction may be done here', () => {
    open();
    station.server.linked();
    station.server.send(['signal', 'sg-bench', bench]);
    expect(station.start('P-0002')).toMatchObject({ refusal: { reasons: [{ code: 'process.signal-open' }] } });
    close('sg-bench');
    expect(station.start('P-0002').ok).toBe(true);
  });
  it('a unit in its run here when a signal comes is put on hold at the end of its run', () => {
    open();
    station.server.linked();
    station.start('P-0003');
    station.server.send(['signal', 'sg-bench', bench]);
    measure([10, 10]);
    expect(status('P-0003')).toBe('in-work');
    station.act({ type: 'instruction', do: 'confirm' });
    expect(readUnit(station.core.read, 'P-0003')?.holds).toMatchObject([{ holdId: 'sg-bench/P-0003', liftedAt: null }]);
  });
  it('a signal of this station that was closed elsewhere is closed in this log too, once', () => {
    open();
    station.server.linked();
    build(10, 10);
    build(10.2, 10.2);
    const { signalId, ...raised } = signals()[0]!;
    const stop = followSignals(station.core);
    const closed = { causeId: 'worn', note: '', by: { kind: 'person', id: 'li' }, at: 5, stationId: 'QB10' };
    const told = { signalId, raised: { ...raised, at: 2, stationId: 'ST10' }, steps: [], closed };
    station.server.send(['signal', signalId, told]);
    station.server.send(['signal', signalId, told]);
    stop();
    expect(of('signal.closed')).toMatchObject([
      { actor: { kind: 'system' }, body: { elsewhere: { stationId: 'QB10', at: 5 } } },
    ]);
    // Also when the document is taken away later.
    station.server.send(['signal', signalId, null]);
    expect(station.start('P-0003').ok).toBe(true);
    expect(readChart(station.core.read, boreChart)).toMatchObject({ openSignal: null, recent: [] });
  });
  it('a suspect that has gone on is held as it is known from there, and what was known is written before', () => {
    open();
    station.server.linked();
    const serial = build(10.01, 10.01);
    for (let n = 0; n < 7; n += 1) build(10.01, 10.01);
    const origin = { orderId: 'WO-1', materialId: 'PUMP', definitionId: 'PUMP', revision: 'A' };
    const pass = (operationId: string, stationId: string) => ({ operationId, executionId: null, stationId, at: 2 });
    const passport = {
      serial,
      origins: [{ ...origin, stationId: 'ST10', at: 1, imported: true }],
      passed: [pass('10', 'ST10'), pass('20', 'ST20')],
      runs: [],
      holds: [],
      scrapped: null,
      completed: { at: 9, stationId: 'ST20' },
    };
    station.server.send(['passport', serial, passport]);
    expect(status(serial)).toBe('done');
    build(10.01, 10.01);
    const types = station
      .events()
      .filter((e) => (e.body as { serial?: string }).serial === serial)
      .map((e) => e.type);
    expect(types.slice(-2)).toEqual(['unit.arrived', 'unit.held']);
    expect(status(serial)).toBe('held');
  });
});

describe('what the screen sees', () => {
  it('charts with their condition, the chart with points, phases and signals', async () => {
    open({ limits: { from: 'data', minimum: 8 } });
    const first = await call(router().charts, undefined);
    expect(first).toMatchObject([{ chart: boreChart, condition: { kind: 'collecting', have: 0, need: 8 }, points: 0 }]);
    for (let n = 0; n < 9; n += 1) build(10 + 0.01 * (n % 3), 10.02);
    expect(await call(router().charts, undefined)).toMatchObject([{ condition: { kind: 'in-control' }, points: 9 }]);
    build(10.4, 10.4);
    station.core.dispatch({ type: 'point.note', pointId: points()[3]!.pointId, text: 'new tool' }, null);
    const chart = await call(router().chart, { chart: boreChart, limit: 5 });
    expect(chart).toMatchObject({
      unit: 'mm',
      lower: 9.5,
      more: true,
      condition: { kind: 'signal' },
      phases: [{ cause: 'minimum', from: 8 }],
      signals: [{ pointId: points()[9]?.pointId, closedAt: null }],
    });
    expect(chart?.shown.map(({ pointId }) => pointId)).toEqual(
      points()
        .slice(5)
        .map(({ pointId }) => pointId),
    );
    const older = await call(router().chart, { chart: boreChart, limit: 5, before: points()[5]!.pointId });
    expect(older?.shown.map(({ notes }) => notes.map((note) => `${note.by}: ${note.text}`))[3]).toEqual([
      'LEAD: new tool',
    ]);
    expect(older?.more).toBe(false);
    expect(await call(router().chart, { chart: { ...boreChart, chartId: 'x' } })).toBeNull();
  });
  it('a signal with its window, reaction and closing, and a code for each suspect', async () => {
    open();
    build(10, 10);
    const bad = build(10.2, 10.2);
    const { signalId } = signals()[0]!;
    expect(await call(router().signals, {})).toMatchObject({
      total: 1,
      items: [{ signalId, open: true, suspects: 1 }],
    });
    expect(await call(router().signal, { signalId })).toMatchObject({
      here: true,
      members: [{ pointId: points()[1]?.pointId }],
      lastInControl: { serials: ['P-0001'] },
      units: [{ serial: bad, status: 'held', hold: 'held', stationId: 'ST10' }],
      reaction: { steps: [{ id: 'again', done: null }, { id: 'tool' }], causes: [{ id: 'worn' }] },
      closed: null,
    });
    close(signalId);
    const lifted = await call(router().liftHolds, { commandId: station.id(), signalId, serials: null, reason: 'fine' });
    expect(lifted.ok).toBe(true);
    expect(await call(router().signal, { signalId })).toMatchObject({
      units: [{ hold: 'lifted', status: 'waiting' }],
      reaction: { steps: [{ done: { by: 'LEAD' } }, {}] },
      closed: { by: 'LEAD', cause: { en: 'Worn' } },
    });
    expect((await call(router().suspectCodes, { signalId }))[0]?.dataMatrix).toMatch(/^<svg/);
    expect(await call(router().signal, { signalId: 'none' })).toBeNull();
  });
  it('keys of charts have no room for each other', () => {
    open();
    expect(chartKeyText(boreChart)).toBe('PUMP bore bore ST10');
  });
});

describe('the raw record of a point', () => {
  it('is what was told of its values and the point itself, word for word, with the hash of the chain', async () => {
    open();
    build(10, 10.01);
    const wanted = build(10.02, 10.03);
    build(10, 10);
    await station.restart();
    const [, point] = points();
    const records = await call(router().records, { pointId: point!.pointId });
    expect(records.map(({ type, by, intact }) => [type, by, intact])).toEqual([
      ['measurement.recorded', 'LEAD', true],
      ['measurement.recorded', 'LEAD', true],
      ['point.charted', 'ST10', true],
    ]);
    const stored = station.events();
    for (const { seq, hash, text, config } of records) {
      const event = stored.find((each) => each.seq === seq);
      expect(JSON.parse(text)).toMatchObject({ seq, body: event?.body });
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(config).toBe(event?.config);
    }
    expect(
      records.map(({ text }) => (JSON.parse(text) as { body: { reading?: { value: number } } }).body.reading?.value),
    ).toEqual([10.02, 10.03, undefined]);
    expect(point?.values[0]?.serial).toBe(wanted);
    expect(await call(router().records, { pointId: 'none' })).toEqual([]);
  });
});
