/** The whole job at one station over the real store: what the screen shows at each point, and that a reload changes nothing. */
import { call } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shiftSchema } from '#contract/config/plant.ts';
import { paceNow } from '#domain/execution/pace.ts';
import { testConfiguration } from '#domain/test-kit.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { createExecutionRouter } from './rpc.ts';

let station: TestStation;
beforeEach(() => (station = new TestStation()));
afterEach(() => station.close());

const withoutRevision = ({ revision: _revision, ...view }: ExecutionView): object => view;

async function press(): Promise<void> {
  station.act({ type: 'machine-cycle', do: 'start' });
  await station.pass(600);
  station.shop.complete();
  await station.pass(600);
}

describe('the work screen', () => {
  it('goes through a whole routing, and comes back to the same place after a restart at every step', async () => {
    const seen: string[] = [];
    const look = async (): Promise<void> => {
      const before = station.view();
      seen.push(`${before.mode} ${before.step?.definition.id ?? ''}`.trim());
      // Pages are the station's memory and end with it; the open run is not.
      if (before.mode !== 'step') return;
      await station.restart();
      expect(withoutRevision(station.view())).toEqual(withoutRevision(before));
    };
    await look();
    station.signIn('mara');
    station.start('P-0001');
    await look();
    station.act({ type: 'instruction', do: 'confirm' });
    await look();
    station.scan('HSG/L1');
    await look();
    station.scan('IMP//I1');
    station.scan('IMP//I2');
    await look();
    await press();
    await look();
    station.shop.push('gauge.value', 10.05);
    await look();
    station.act({ type: 'measure', do: 'type', value: 9.95 });
    await look();
    station.act({ type: 'measure', do: 'take' });
    await look();
    expect(station.view()).toMatchObject({
      mode: 'passed',
      finished: { operationId: '10', unitDone: false, nextOperation: { id: '20' } },
      thisHour: { passed: 1, target: 60 },
      // A plant without shifts: all of the hour is planned.
      pace: { taktMs: 60_000, calendar: [{ kind: 'working' }] },
    });
    station.start('P-0001');
    await look();
    // Each operation is counted by itself: its takt says nothing about the other one.
    expect(station.view().thisHour.passed).toBe(0);
    station.act({ type: 'checklist', do: 'answer', item: 'clean', ok: true });
    station.act({ type: 'checklist', do: 'answer', item: 'dry', ok: true });
    station.act({ type: 'choice', do: 'choose', option: 'black' });
    station.act({ type: 'number', do: 'enter', value: 2 });
    await look();
    station.act({ type: 'text', do: 'enter', text: 'fine', entry: 'typed' });
    await look();
    expect(seen).toEqual([
      'no-unit',
      'step read',
      'step housing',
      'step impeller',
      'step press',
      'step bore',
      'step bore',
      'step bore-only-gauge',
      'passed',
      'step look',
      'step remark',
      'passed',
    ]);
    expect(station.store.rebuild({ replace: false })).toMatchObject({ equal: true });
  });

  it('judges the pace by the calendar: a break is in no target; an operation without a takt has none', async () => {
    const of = testConfiguration();
    const shift = {
      id: 'a',
      title: { en: 'A', de: 'A' },
      from: '06:00',
      to: '14:00',
      breaks: [{ from: '08:30', to: '08:45' }],
    };
    const shifts = [shiftSchema.parse({ ...shift, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] })];
    const planned = new TestStation('ST10', { ...of, plant: { ...of.plant, timeZone: 'UTC', shifts } });
    try {
      planned.signIn('mara');
      expect(planned.view().pace).toBeNull();
      planned.start('P-0001');
      const [hour, minute] = [planned.clock.now(), 60_000];
      expect(planned.view()).toMatchObject({
        thisHour: { passed: 0, target: 45 },
        pace: {
          taktMs: minute,
          hour: { from: hour, to: hour + 60 * minute },
          calendar: [
            { from: hour, to: hour + 30 * minute, kind: 'working' },
            { to: hour + 45 * minute, kind: 'break' },
            { to: hour + 60 * minute, kind: 'working' },
          ],
        },
      });
      // The next hour, the same unit: its break is known all the same.
      planned.clock.advance(65 * minute);
      const { pace, thisHour } = planned.view();
      expect(thisHour).toEqual({ passed: 0, target: 60 });
      expect(pace === null ? null : paceNow(pace, hour, 0, planned.clock.now())).toEqual({
        leftMs: minute - 50 * minute,
        target: 60,
        due: 5,
        behind: true,
      });
    } finally {
      await planned.close();
    }
  });

  it('shows what was recorded beside each step', async () => {
    station.toMachine();
    await press();
    station.shop.push('gauge.value', 10.05);
    station.act({ type: 'measure', do: 'type', value: 9.95 });
    expect(station.view().steps.map((s) => [s.id, s.status, s.summary?.kind ?? null])).toEqual([
      ['read', 'passed', 'confirmed'],
      ['housing', 'passed', 'component'],
      ['impeller', 'passed', 'component'],
      ['press', 'passed', 'cycle'],
      ['bore', 'passed', 'values'],
      ['bore-only-gauge', 'current', null],
    ]);
    expect(station.view().steps[4]?.summary).toEqual({
      kind: 'values',
      values: [10.05, 9.95],
      unit: 'mm',
      decimals: 2,
      typed: true,
    });
  });

  it('a refused start is a page until it is left, also while another unit is open', () => {
    station.signIn('mara');
    station.start('P-0001');
    station.start('P-0003');
    expect(station.view()).toMatchObject({
      mode: 'refused',
      unit: { serial: 'P-0003' },
      operation: { id: '10', startedAt: null },
      refusal: { reasons: [{ code: 'unit.other-in-work' }, { code: 'unit.held' }] },
    });
    expect(station.view().steps.every((s) => s.status === 'open')).toBe(true);
    station.core.execution.dismiss();
    expect(station.view()).toMatchObject({ mode: 'step', unit: { serial: 'P-0001' } });
    station.start('NOPE');
    expect(station.view()).toMatchObject({ mode: 'refused', unit: null });
    station.start('P-0001');
    expect(station.view().mode).toBe('step');
  });

  it('a failed step shows why; on hold it stays until it is left', () => {
    station.signIn('mara');
    station.start('P-0004');
    station.act({ type: 'checklist', do: 'answer', item: 'clean', ok: false });
    station.act({ type: 'checklist', do: 'answer', item: 'dry', ok: true });
    expect(station.view()).toMatchObject({
      mode: 'failed',
      failure: { consequence: 'hold', triesLeft: 0, reasons: [{ code: 'check.not-ok' }] },
    });
    station.core.execution.dismiss();
    expect(station.view().mode).toBe('no-unit');
    expect(station.start('P-0004')).toMatchObject({ ok: false, refusal: { reasons: [{ code: 'unit.held' }] } });
  });

  it('tells the screen of a gauge that is not there although values may be typed', async () => {
    station.toMachine();
    await press();
    const { execution } = station.core;
    const leave = execution.changes.attend();
    const gauge = () => {
      const { step } = station.view();
      return step?.state.type === 'measure' ? step.state.gauge : null;
    };
    expect(gauge()).toMatchObject({ deviceId: 'gauge', faults: [] });
    station.shop.link('gauge', 'disconnected');
    await station.pass(400);
    expect(gauge()?.faults).toMatchObject([{ code: 'device.not-connected', params: { device: 'gauge' } }]);
    expect(station.view().step?.blocked).toEqual([]);
    expect(station.act({ type: 'measure', do: 'type', value: 10 })).toMatchObject({ ok: true });
    station.shop.link('gauge', 'connected');
    await station.pass(400);
    expect(gauge()?.faults).toEqual([]);
    leave();
  });

  it('tells the screen when an interlock of the open step is no longer met', async () => {
    station.toMachine();
    const { execution } = station.core;
    const leave = execution.changes.attend();
    const revisions: number[] = [];
    execution.changes.signal.listen((r) => revisions.push(r));
    expect(station.view().step?.blocked).toEqual([]);
    station.shop.link('press', 'disconnected');
    expect(revisions).toHaveLength(1);
    expect(station.view().step?.blocked.map((r) => r.code)).toEqual(['device.not-connected', 'tag.stale']);
    // An age that grows is no change worth a frame.
    await station.pass(2_000);
    expect(revisions).toHaveLength(1);
    station.shop.link('press', 'connected');
    station.shop.set({ 'press.state': 'Execute' });
    await station.pass(400);
    expect(station.view().step?.blocked.map((r) => r.code)).toEqual(['machine.wrong-state']);
    leave();
  });
});

describe('a gauge’s button', () => {
  it('records a value for the open step, or says why not', async () => {
    const told: (string | undefined)[] = [];
    station.core.pushed.listen((p) => told.push(p.refusal === null ? `ok ${p.value}` : p.refusal.reasons[0]?.code));
    station.shop.push('gauge.value', 10);
    // What its needle shows is nobody's act: it says nothing, whatever is open.
    station.shop.push('gauge.needle', 10);
    station.toMachine();
    station.shop.push('gauge.value', 10);
    await press();
    station.core.dispatch({ type: 'station.lock', reason: 'person' }, station.id());
    station.shop.push('gauge.value', 10);
    station.signIn('mara');
    station.shop.push('gauge.value', 10, { quality: 'bad', status: 'frame-invalid' });
    station.shop.push('gauge.value', 500);
    expect(station.view().step?.refusedPush).toMatchObject({
      value: 500,
      unit: 'mm',
      reasons: [{ code: 'value.implausible' }],
    });
    station.shop.push('gauge.value', 10.1);
    expect(station.view().step?.refusedPush).toBeNull();
    expect(told).toEqual([
      'execution.none-open',
      'step.action-not-possible',
      'station.locked',
      'tag.bad-quality',
      'value.implausible',
      'ok 10.1',
    ]);
    expect(station.events().filter((e) => e.type === 'measurement.recorded')).toHaveLength(1);
  });
});

describe('over the wire', () => {
  it('watch begins with the view and follows; series gives the newest values, limits only from eight on', async () => {
    const router = createExecutionRouter(station.core);
    const abort = new AbortController();
    const watch = (await call(router.watch, undefined, { signal: abort.signal }))[Symbol.asyncIterator]();
    expect((await watch.next()).value).toMatchObject({ mode: 'no-unit' });
    station.toMachine();
    expect((await watch.next()).value).toMatchObject({ mode: 'step', step: { definition: { id: 'press' } } });
    await press();
    abort.abort();
    for (let i = 0; i < 3; i += 1) {
      station.shop.push('gauge.value', 9.5 + i / 10);
      station.shop.push('gauge.value', 9.6);
      if (i < 2)
        await call(router.retry, {
          commandId: station.id(),
          executionId: station.view().executionId!,
          stepId: 'bore',
          attempt: i + 1,
        });
    }
    const ask = { definitionId: 'PUMP', characteristicId: 'bore' };
    const series = await call(router.series, ask);
    expect(series?.points.map((p) => p.value)).toEqual([9.5, 9.6, 9.6, 9.6, 9.7, 9.6]);
    expect(series).toMatchObject({ control: null, characteristic: { lower: 9.9, upper: 10.1 } });
    expect((await call(router.series, { ...ask, limit: 2 }))?.points).toHaveLength(2);
    expect(await call(router.series, { ...ask, characteristicId: 'nothing' })).toBeNull();
    expect((await call(router.get, undefined)).mode).toBe('failed');
    await call(router.dismiss, undefined);
    expect((await call(router.get, undefined)).mode).toBe('no-unit');
  });
});
