/** Machine cycles against a press that misbehaves, with the real store and read model, across restarts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reason } from '#contract/refusal.ts';
import type { StepState } from '#contract/rpc/execution.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { sameWithin } from './machine.ts';

let station: TestStation;
beforeEach(() => {
  station = new TestStation();
  station.toMachine();
});
afterEach(() => station.close());

const begin = (): unknown => station.act({ type: 'machine-cycle', do: 'start' });
const abort = (): unknown => station.act({ type: 'machine-cycle', do: 'abort' });
const cycleEvents = (): readonly string[] =>
  station.types().filter((t) => t.startsWith('machine-cycle.') || t === 'step.failed');
const aborted = (): readonly Reason[] =>
  station.events().flatMap((e) => (e.type === 'machine-cycle.aborted' ? e.body.reasons : []));
const codes = (): readonly string[] => aborted().map((r) => r.code);
const state = (): Extract<StepState, { type: 'machine-cycle' }> | null => {
  const now = station.view().step?.state;
  return now?.type === 'machine-cycle' ? now : null;
};
const good = ['machine-cycle.requested', 'machine-cycle.prepared', 'machine-cycle.started', 'machine-cycle.finished'];

describe('a cycle', () => {
  it('writes the recipe, reads it back, starts once, collects, keeps the curve and passes the step', async () => {
    begin();
    await station.pass(600);
    expect(station.shop.said).toEqual(['write press.target', 'write press.hold', 'write press.cycle', 'call Start']);
    expect(state()).toMatchObject({ phase: 'running', parameters: [{ readBack: 12.4 }, { readBack: 800 }] });
    station.shop.set({ 'press.state': 'Execute', 'press.x': 1, 'press.y': 0.5 });
    await station.pass(100);
    station.shop.set({ 'press.x': 2 });
    await station.pass(100);
    station.shop.set({ 'press.y': 3 });
    station.shop.complete(12.2);
    await station.pass(600);
    expect(cycleEvents()).toEqual(good);
    expect(station.view().step?.definition.id).toBe('bore');
    const finished = station.events().find((e) => e.type === 'machine-cycle.finished');
    expect(finished?.actor).toEqual({ kind: 'system' });
    expect(finished?.type === 'machine-cycle.finished' && finished.body.results[0]).toMatchObject({
      reading: { value: 12.2, unit: 'kN', entry: 'device', deviceId: 'press' },
      verdict: 'ok',
    });
    expect([...station.traces.values()]).toEqual([{ x: [1, 2, 2], y: [0.5, 0.5, 3] }]);
    expect(station.view().steps[3]?.summary).toEqual({
      kind: 'cycle',
      recipe: 'R1',
      values: [expect.objectContaining({ value: 12.2, unit: 'kN' })],
    });
    expect(station.shop.starts).toBe(1);
  });

  it('resets a machine that stands complete or aborted', async () => {
    station.shop.values.set('press.state', 'Complete');
    begin();
    await station.pass(1_500);
    station.shop.complete();
    await station.pass(600);
    expect(station.shop.said[0]).toBe('call Reset');
    expect(cycleEvents()).toEqual(good);
  });

  it('does not take the results of another cycle for its own', async () => {
    station.shop.values.set('press.result-cycle', 'older');
    begin();
    await station.pass(600);
    // Complete is said, but the results still are those of the cycle before.
    station.shop.set({ 'press.state': 'Complete' });
    await station.pass(1_000);
    expect(cycleEvents()).toEqual(good.slice(0, 3));
    station.shop.complete();
    await station.pass(600);
    expect(cycleEvents()).toEqual(good);
  });

  it('machine.cycle-lost when complete stays with the results of another cycle', async () => {
    begin();
    await station.pass(600);
    station.shop.set({ 'press.state': 'Complete', 'press.result-cycle': 'older' });
    await station.pass(3_000);
    expect(codes()).toEqual(['machine.cycle-lost']);
  });

  it('bad results fail the step', async () => {
    begin();
    await station.pass(600);
    station.shop.complete(14);
    await station.pass(600);
    expect(station.view()).toMatchObject({ mode: 'failed', failure: { consequence: 'retry', triesLeft: 1 } });
    expect(station.retry()).toMatchObject({ ok: true });
    begin();
    await station.pass(1_500);
    station.shop.complete(12);
    await station.pass(600);
    expect(station.view().step?.definition.id).toBe('bore');
    expect(station.shop.starts).toBe(2);
  });
});

describe('before the start', () => {
  it('machine.recipe-mismatch for every parameter that reads back otherwise; nothing is started', async () => {
    station.shop.alter = (tagId, value) => (tagId === 'press.target' ? 99 : tagId === 'press.hold' ? 801 : value);
    begin();
    await station.pass(600);
    expect(codes()).toEqual(['machine.recipe-mismatch', 'machine.recipe-mismatch']);
    expect(aborted()[0]?.params).toMatchObject({ parameter: 'target', written: 12.4, readBack: 99, unit: 'kN' });
    expect(station.shop.said).not.toContain('call Start');
    expect(station.view().mode).toBe('failed');
  });
  it('machine.write-failed', async () => {
    station.shop.writeFails = 'press.hold';
    begin();
    await station.pass(600);
    expect(aborted()).toEqual([
      expect.objectContaining({
        code: 'machine.write-failed',
        params: expect.objectContaining({ parameter: 'hold', status: 'BadNotWritable' }),
      }),
    ]);
  });
  it('machine.start-failed when the machine refuses', async () => {
    station.shop.startAnswer = 'refused';
    begin();
    await station.pass(600);
    expect(aborted()).toEqual([{ code: 'machine.start-failed', params: { status: 'BadInvalidState' } }]);
    expect(station.shop.starts).toBe(0);
  });
  it('goes on when the answer to the start got lost but the machine runs our cycle', async () => {
    station.shop.startAnswer = 'lost-but-started';
    begin();
    await station.pass(600);
    station.shop.complete();
    await station.pass(600);
    expect(cycleEvents()).toEqual(good);
    expect(station.shop.starts).toBe(1);
  });
  it('machine.wrong-state when somebody else started it meanwhile', async () => {
    begin();
    station.shop.values.set('press.state', 'Execute');
    await station.pass(600);
    expect(codes()).toEqual(['machine.wrong-state']);
    expect(station.shop.said).toEqual([]);
  });
  it('stops without a word to the machine when asked before the start', async () => {
    station.shop.link('press', 'disconnected');
    station.shop.link('press', 'connected');
    begin();
    abort();
    await station.pass(600);
    expect(codes()).toEqual(['machine.stopped-by-operator']);
    expect(station.shop.said).not.toContain('call Start');
    expect(station.shop.said).not.toContain('call Abort');
  });
  it('compares as the controller keeps it', () => {
    expect(sameWithin(12.4, Math.fround(12.4), 0)).toBe(true);
    expect(sameWithin(12.4, 12.41, 0)).toBe(false);
    expect(sameWithin(12.4, 12.41, 0.02)).toBe(true);
    expect(sameWithin('A', 'A', 0)).toBe(true);
    expect(sameWithin(1, true, 5)).toBe(false);
    expect(sameWithin(1, null, 5)).toBe(false);
  });
});

describe('while it runs', () => {
  beforeEach(async () => {
    begin();
    await station.pass(600);
    station.shop.set({ 'press.state': 'Execute' });
    await station.pass(600);
  });

  it('machine.stopped-by-operator with the state it ended in', async () => {
    abort();
    await station.pass(1_000);
    expect(aborted()).toEqual([
      { code: 'machine.stopped-by-operator', params: {} },
      { code: 'machine.aborted', params: { state: 'Aborted' } },
    ]);
    expect(station.view().mode).toBe('failed');
  });
  it('machine.timeout aborts the machine', async () => {
    await station.pass(31_000);
    expect(aborted()).toEqual([
      { code: 'machine.timeout', params: { limitMs: 30_000, state: 'Execute' } },
      { code: 'machine.aborted', params: { state: 'Aborted' } },
    ]);
  });
  it('says that the machine did not stop', async () => {
    station.shop.abortWorks = false;
    abort();
    await station.pass(300);
    expect(state()?.phase).toBe('aborting');
    await station.pass(16_000);
    expect(codes()).toEqual(['machine.stopped-by-operator', 'machine.wrong-state']);
  });
  it('machine.aborted when the machine stops by itself', async () => {
    station.shop.set({ 'press.state': 'Aborted' });
    await station.pass(600);
    expect(aborted()).toEqual([{ code: 'machine.aborted', params: { state: 'Aborted' } }]);
  });
  it('machine.cycle-lost when another cycle took its place', async () => {
    station.shop.set({ 'press.cycle': 'other' });
    await station.pass(600);
    expect(aborted()[0]).toMatchObject({ code: 'machine.cycle-lost', params: { machineCycle: 'other' } });
    expect(station.shop.said).not.toContain('call Abort');
  });
  it('the operator may leave: the results still count', async () => {
    station.core.dispatch({ type: 'operator.sign-out' }, station.id());
    station.shop.complete();
    await station.pass(600);
    expect(cycleEvents()).toEqual(good);
  });
  it('machine.result-missing when results stay bad', async () => {
    station.shop.badResults = true;
    station.shop.complete();
    await station.pass(2_000);
    expect(state()?.phase).toBe('collecting');
    await station.pass(5_000);
    expect(aborted()[0]).toMatchObject({ code: 'machine.result-missing', params: { status: 'BadSensorFailure' } });
  });
  it('machine.cycle-lost when the results are overwritten while they are collected', async () => {
    station.shop.badResults = true;
    station.shop.complete();
    await station.pass(1_000);
    expect(state()?.phase).toBe('collecting');
    station.shop.badResults = false;
    station.shop.values.set('press.result-cycle', 'other');
    await station.pass(1_000);
    expect(codes()).toEqual(['machine.cycle-lost']);
  });
  it('records the results once the disk takes them again', async () => {
    const append = station.store.append.bind(station.store);
    let full = true;
    const { StoreNotWritableError } = await import('#station/store/errors.ts');
    station.store.append = (events, meta) => {
      if (full) throw new StoreNotWritableError('disk-full', 'no room');
      return append(events, meta);
    };
    station.shop.complete();
    await station.pass(3_000);
    expect(cycleEvents()).toEqual(good.slice(0, 3));
    full = false;
    await station.pass(1_000);
    expect(cycleEvents()).toEqual(good);
  });
});

describe('the device goes away in the middle', () => {
  beforeEach(async () => {
    begin();
    await station.pass(600);
    station.shop.set({ 'press.state': 'Execute' });
    await station.pass(600);
    station.shop.link('press', 'disconnected');
    await station.pass(3_000);
    expect(cycleEvents()).toEqual(good.slice(0, 3));
  });
  const back = async (): Promise<void> => {
    station.shop.link('press', 'connected');
    await station.pass(1_000);
  };

  it('and comes back complete: the results are collected', async () => {
    station.shop.complete(12.5);
    await back();
    expect(cycleEvents()).toEqual(good);
  });
  it('and comes back still running: the cycle goes on', async () => {
    await back();
    expect(cycleEvents()).toEqual(good.slice(0, 3));
    station.shop.complete();
    await station.pass(600);
    expect(cycleEvents()).toEqual(good);
  });
  it('and comes back idle, or complete with other results: machine.cycle-lost', async () => {
    station.shop.set({ 'press.state': 'Idle' });
    await back();
    expect(codes()).toEqual([]);
    await station.pass(2_000);
    expect(aborted()[0]).toMatchObject({ code: 'machine.cycle-lost', params: { state: 'Idle' } });
  });
  it('and never comes back: machine.timeout and device.not-connected', async () => {
    await station.pass(45_000);
    expect(codes()).toEqual(['machine.timeout', 'device.not-connected']);
  });
});

describe('the station is killed and started again', () => {
  it('after the request: begins again and starts once', async () => {
    begin();
    await station.restart();
    await station.pass(600);
    station.shop.complete();
    await station.pass(600);
    expect(cycleEvents()).toEqual(good);
    expect(station.shop.starts).toBe(1);
  });
  it('after the recipe was proven, before the machine was told which cycle: begins again', async () => {
    begin();
    while (!station.types().includes('machine-cycle.prepared')) await Promise.resolve();
    await station.restart(() => station.shop.values.set('press.cycle', ''));
    await station.pass(600);
    station.shop.complete();
    await station.pass(600);
    expect(cycleEvents()).toEqual(good);
  });
  it.each(['Starting', 'Complete'])(
    'after the start, before it was recorded, machine %s: taken up, not started again',
    async (now) => {
      station.shop.startAnswer = 'lost-but-started';
      begin();
      while (station.shop.starts === 0) await Promise.resolve();
      expect(cycleEvents()).toEqual(good.slice(0, 2));
      await station.restart(() => {
        if (now === 'Complete') station.shop.complete();
      });
      await station.pass(600);
      if (now === 'Starting') station.shop.complete();
      await station.pass(600);
      expect(cycleEvents()).toEqual(good);
      expect(station.shop.starts).toBe(1);
    },
  );
  it('after the start, before it was recorded, and the machine was reset meanwhile: machine.cycle-lost, not started again', async () => {
    begin();
    while (station.shop.starts === 0) await Promise.resolve();
    await station.restart(() => station.shop.values.set('press.state', 'Idle'));
    await station.pass(600);
    expect(codes()).toEqual(['machine.cycle-lost']);
    expect(station.shop.starts).toBe(1);
  });
  it.each(['Execute', 'Complete', 'Aborted', 'Idle'])('while it ran, machine %s after the restart', async (now) => {
    begin();
    await station.pass(600);
    expect(cycleEvents()).toEqual(good.slice(0, 3));
    await station.restart(() => {
      if (now === 'Complete') station.shop.complete();
      else station.shop.values.set('press.state', now);
    });
    await station.pass(3_000);
    if (now === 'Execute') {
      expect(cycleEvents()).toEqual(good.slice(0, 3));
      station.shop.complete();
      await station.pass(600);
    }
    const lost = { Aborted: ['machine.aborted'], Idle: ['machine.cycle-lost'] }[now] ?? [];
    expect(codes()).toEqual(lost);
    if (lost.length === 0) expect(cycleEvents()).toEqual(good);
    expect(station.shop.starts).toBe(1);
  });
  it('while it ran, and the device is not there yet: waits for it', async () => {
    begin();
    await station.pass(600);
    await station.restart(() => station.shop.link('press', 'connecting'));
    await station.pass(3_000);
    expect(cycleEvents()).toEqual(good.slice(0, 3));
    station.shop.complete();
    station.shop.link('press', 'connected');
    await station.pass(1_000);
    expect(cycleEvents()).toEqual(good);
  });
});

describe('the live curve', () => {
  it('begins with what there is, goes on in order, ends with the cycle, and is there after it', async () => {
    begin();
    await station.pass(600);
    station.shop.set({ 'press.state': 'Execute', 'press.x': 1, 'press.y': 1 });
    const { executionId } = station.view();
    const trace = station.core.execution.trace(executionId!, 'press', undefined)[Symbol.asyncIterator]();
    expect((await trace.next()).value).toMatchObject({ from: 0, x: [1], y: [1], done: false });
    await station.pass(100);
    station.shop.set({ 'press.x': 2, 'press.y': 2 });
    await station.pass(100);
    station.shop.set({ 'press.x': 3, 'press.y': 3 });
    // Two changes while nobody read are one piece.
    expect((await trace.next()).value).toMatchObject({ from: 1, x: [2, 3], y: [2, 3] });
    station.shop.complete();
    await station.pass(600);
    expect((await trace.next()).value).toMatchObject({ from: 3, x: [], done: true });
    await trace.return?.(undefined);
    await station.restart();
    const later = station.core.execution.trace(executionId!, 'press', undefined)[Symbol.asyncIterator]();
    expect((await later.next()).value).toMatchObject({ from: 0, x: [1, 2, 3], done: true });
    await later.return?.(undefined);
  });
});
