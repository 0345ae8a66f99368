import { describe, expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { startAt, testConfiguration, World } from '#domain/test-kit.ts';
import type { Observation } from './decide.ts';

const minute = 60_000;
const file = (id: string, state: object) =>
  machineFileSchema.parse({
    schema: 'linewright/machine@1',
    id,
    title: { en: id, de: id },
    station: id === 'far' ? 'ST20' : 'ST10',
    state,
  });
const hand = file('saw', { from: 'hand' });
const press = file('p1', { from: 'packml', state: 'press.state' });

function world(): World {
  const made = new World({ ...testConfiguration(), machines: [hand, press, file('far', { from: 'hand' })] });
  made.do({ type: 'operator.sign-in', badge: 'BDG-mara', pin: 'none', entry: 'scanned' });
  return made;
}
const tell = (
  of: World,
  state: MachineState,
  more: { from?: number; to?: number; again?: boolean; machineId?: string } = {},
) =>
  of.do({
    type: 'machine.tell',
    machineId: more.machineId ?? 'saw',
    state,
    from: more.from ?? null,
    to: more.to ?? null,
    note: '',
    again: more.again ?? false,
  });
const codes = (decision: ReturnType<World['do']>): readonly string[] =>
  decision.ok ? [] : decision.reasons.map(({ code }) => code);
const series = (of: World, machineId = 'saw'): readonly string[] =>
  of.machines.all(machineId).map(({ beganAt, state }) => `${(beganAt - startAt) / minute} ${state}`);
const seen = (minutes: number, state: MachineState, alarm: string | null = null): Observation => ({
  kind: 'state',
  beganAt: startAt + minutes * minute,
  state,
  told: state,
  alarm,
  clock: 'machine',
});
const observe = (of: World, ...observations: readonly Observation[]) =>
  of.do({ type: 'machine.observe', machineId: 'p1', seen: observations }, { kind: 'system' });

describe('by hand', () => {
  it('a tap begins a slice now; the same state again begins none', () => {
    const of = world();
    tell(of, 'setup');
    of.now += minute;
    tell(of, 'producing');
    of.now += minute;
    expect(tell(of, 'producing').events).toEqual([]);
    expect(series(of)).toEqual(['0 setup', '1 producing']);
  });
  it('what was is told later, until now and on or only a stretch', () => {
    const of = world();
    tell(of, 'producing');
    of.now += 30 * minute;
    tell(of, 'fault', { from: startAt + 10 * minute, to: startAt + 20 * minute });
    tell(of, 'setup', { from: startAt + 25 * minute });
    expect(series(of)).toEqual(['0 producing', '10 fault', '20 producing', '25 setup', '30 setup']);
  });
  it('is refused ahead of time, backwards, too long ago, as no data, for another station, and for a machine that tells itself', () => {
    const of = world();
    const now = of.now;
    expect(codes(tell(of, 'fault', { from: now + 1 }))).toEqual(['machine.time-ahead', 'machine.time-backwards']);
    expect(codes(tell(of, 'fault', { from: now - 1, to: now + 1 }))).toEqual(['machine.time-ahead']);
    expect(codes(tell(of, 'fault', { from: now - 1, to: now - 1 }))).toEqual(['machine.time-backwards']);
    expect(codes(tell(of, 'fault', { from: now - 32 * 86_400_000 }))).toEqual(['machine.time-too-old']);
    expect(codes(tell(of, 'no-data'))).toEqual(['machine.state-not-told']);
    expect(codes(tell(of, 'fault', { machineId: 'far' }))).toEqual(['machine.unknown']);
    expect(codes(tell(of, 'fault', { machineId: 'p1' }))).toEqual(['machine.not-by-hand']);
    of.do({ type: 'operator.sign-out' });
    expect(codes(tell(of, 'fault'))).toEqual(['operator.nobody']);
  });
  it('what somebody told of a time is told once more only if it is meant', () => {
    const of = world();
    tell(of, 'producing');
    of.now += 30 * minute;
    tell(of, 'fault', { from: startAt + 10 * minute, to: startAt + 20 * minute });
    const over = { from: startAt + 15 * minute, to: startAt + 22 * minute };
    expect(codes(tell(of, 'setup', over))).toEqual(['machine.told-already']);
    expect(tell(of, 'setup', { ...over, again: true }).ok).toBe(true);
    expect(series(of)).toEqual(['0 producing', '10 fault', '15 setup', '22 producing']);
  });
  it('a machine that tells itself is told by hand only where it told nothing', () => {
    const of = world();
    observe(of, seen(0, 'producing'), seen(10, 'no-data'), seen(20, 'producing'));
    of.now += 30 * minute;
    expect(
      codes(tell(of, 'setup', { machineId: 'p1', from: startAt + 5 * minute, to: startAt + 15 * minute })),
    ).toEqual(['machine.told-by-itself']);
    tell(of, 'maintenance', { machineId: 'p1', from: startAt + 10 * minute, to: startAt + 20 * minute });
    expect(series(of, 'p1')).toEqual(['0 producing', '10 maintenance', '20 producing']);
  });
});

describe('what the station saw', () => {
  it('a slice never begins before the one under way, nor before what was counted', () => {
    const of = world();
    const counted = { from: startAt + 10 * minute, to: startAt + 12 * minute, kind: 'counted', produced: 3 } as const;
    const count: Observation = {
      kind: 'count',
      count: { ...counted, good: null, scrap: null, counter: { first: 1, last: 4 }, cyclesMs: [] },
    };
    observe(of, seen(10, 'producing'), seen(5, 'fault'), seen(10, 'producing'), count, seen(11, 'waiting'));
    expect(series(of, 'p1')).toEqual(['10 producing', '12 waiting']);
  });
  it('another alarm is news while the machine stands, one that goes is not, and none is of a machine that works', () => {
    const of = world();
    observe(
      of,
      seen(0, 'producing', 'oil low'),
      seen(1, 'fault'),
      seen(2, 'fault', 'E1'),
      seen(3, 'fault'),
      seen(4, 'fault', 'E2'),
    );
    of.machines.context = { orderId: 'WO-9', definitionId: 'D', operationId: '10' };
    observe(of, seen(5, 'fault'));
    observe(of, seen(6, 'held'));
    expect(of.machines.all('p1').map(({ alarm }) => alarm)).toEqual([null, null, 'E1', 'E2', 'E2', null]);
  });
  it('another order begins a slice, and pieces are of what ran when they were made', () => {
    const of = world();
    observe(of, seen(0, 'producing'));
    of.machines.context = { orderId: 'WO-9', definitionId: 'D', operationId: '10' };
    observe(of, seen(7, 'producing'));
    expect(of.machines.all('p1').map(({ context }) => context.orderId)).toEqual([null, 'WO-9']);
  });
  it('late values keep what ran then', () => {
    const of = world();
    observe(of, seen(0, 'no-data'));
    of.machines.context = { orderId: 'WO-9', definitionId: 'D', operationId: '10' };
    observe(of, seen(10, 'no-data'), seen(20, 'producing'));
    const slices = [{ beganAt: startAt + 5 * minute, state: 'producing', told: 'Execute', alarm: 'x' } as const];
    observe(of, { kind: 'late', from: startAt + 5 * minute, to: startAt + 20 * minute, slices });
    expect(series(of, 'p1')).toEqual(['0 no-data', '5 producing', '10 producing', '20 producing']);
    expect(of.machines.all('p1').map(({ context }) => context.orderId)).toEqual([null, null, 'WO-9', 'WO-9']);
  });
  it('a doubt stays until somebody saw it, once', () => {
    const of = world();
    const at = { from: startAt, to: startAt };
    observe(of, {
      kind: 'doubt',
      doubt: { kind: 'state-unknown', tagId: 'press.state', ...at, before: null, now: 'Foo', counted: null },
    });
    const [doubtId = ''] = of.machines.doubts.keys();
    expect(of.do({ type: 'machine.see-doubt', doubtId, note: 'asked the builder' }).ok).toBe(true);
    expect(codes(of.do({ type: 'machine.see-doubt', doubtId, note: '' }))).toEqual(['doubt.seen-already']);
    expect(codes(of.do({ type: 'machine.see-doubt', doubtId: 'x', note: '' }))).toEqual(['doubt.unknown']);
  });
});
