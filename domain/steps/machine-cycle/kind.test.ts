import { beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '#domain/decision.ts';
import { codes, reading, startAt, testConfiguration, World } from '#domain/test-kit.ts';
import { cycle, finish, fresh, press, report, toMachine, types, world } from '../test-kit.ts';

beforeEach(fresh);

describe('machine-cycle', () => {
  beforeEach(toMachine);

  it('goes from asked to finished and passes with good results', () => {
    expect(types(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['machine-cycle.requested']);
    expect(types(report('prepared'))).toEqual(['machine-cycle.prepared']);
    expect(types(report('started'))).toEqual(['machine-cycle.started']);
    expect(types(finish(12))).toEqual(['machine-cycle.finished', 'step.passed', 'step.started']);
  });
  it('machine.busy: a second start is never taken', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    expect(codes(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['machine.busy']);
    report('prepared');
    report('started');
    expect(codes(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['machine.busy']);
  });
  it('refuses to start while the machine runs something else, is stale or gone', () => {
    world.readings.set('press.state', reading('press.state', 'Execute'));
    const decision = world.act({ type: 'machine-cycle', do: 'start' });
    expect(decision.ok || decision.reasons[0]).toMatchObject({
      code: 'machine.wrong-state',
      params: { device: 'press', state: 'Execute', expected: 'Idle' },
    });
    world.readings.set('press.state', reading('press.state', 'Idle', { stale: true }));
    world.devices.set('press', { state: 'silent', since: startAt, pushes: false });
    expect(codes(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['device.silent', 'tag.stale']);
    world.readings.set('press.state', reading('press.state', 'Complete'));
    world.devices.set('press', { state: 'connected', since: startAt, pushes: false });
    expect(world.act({ type: 'machine-cycle', do: 'start' }).ok).toBe(true);
  });
  it('takes reports although nobody is signed in, but only of its own cycle', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    world.do({ type: 'operator.sign-out' });
    expect(codes(report('prepared', 'other'))).toEqual(['command.outdated']);
    expect(report('prepared').ok).toBe(true);
    expect(report('started').ok).toBe(true);
    expect(codes(finish(12, 'kN', 'other'))).toEqual(['command.outdated']);
    expect(finish(12).ok).toBe(true);
  });
  it('stopping is possible without a badge, but only while there is something to stop', () => {
    const abort = (): Decision => world.act({ type: 'machine-cycle', do: 'abort' });
    expect(codes(abort())).toEqual(['step.action-not-possible']);
    world.act({ type: 'machine-cycle', do: 'start' });
    world.do({ type: 'operator.sign-out' });
    expect(abort()).toEqual({ ok: true, events: [] });
  });
  it('value.out-of-limits and an aborted cycle fail the step: first again, then on hold', () => {
    press(14);
    expect(world.open()?.failure).toMatchObject({ consequence: 'retry', triesLeft: 1 });
    expect(world.open()?.failure?.reasons[0]).toMatchObject({
      code: 'value.out-of-limits',
      params: { value: 14, upper: 13 },
    });
    world.retry();
    world.act({ type: 'machine-cycle', do: 'start' });
    expect(types(report('aborted'))).toEqual([
      'machine-cycle.aborted',
      'step.failed',
      'unit.held',
      'execution.stopped',
    ]);
    expect(world.units.get('P-0001')?.status).toBe('held');
    expect(world.open()).toBeNull();
  });
  it('machine.result-missing for a missing result or another unit', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    report('prepared');
    report('started');
    expect(codes(finish(12, 'N'))).toEqual(['machine.result-missing']);
    const cycleId = cycle();
    const none = world.act({ type: 'machine-cycle', do: 'finished', cycleId, traceId: null, results: [] });
    expect(codes(none)).toEqual(['machine.result-missing']);
  });
  it('machine.busy: the unit is not held or scrapped under a running cycle', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    expect(codes(world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'x' }))).toEqual(['machine.busy']);
    report('aborted');
    expect(world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'x' }).ok).toBe(true);
  });
  it('a unit is not kept by a cycle that nobody can run any more', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    const configuration = { ...testConfiguration(), recipes: [] };
    const other = new World(configuration);
    for (const [id, execution] of world.executions) other.executions.set(id, execution);
    for (const [id, unit] of world.units) other.units.set(id, unit);
    other.signIn('mara');
    expect(other.do({ type: 'unit.hold', serial: 'P-0001', reason: 'recipe is gone' }).ok).toBe(true);
  });
});
