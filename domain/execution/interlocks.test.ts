/** Every interlock code is provoked here, with its live values. */
import { describe, expect, it } from 'vitest';
import type { Reason } from '#contract/refusal.ts';
import type { Decision } from '#domain/decision.ts';
import { codes, reading, startAt, testConfiguration, testDefinition, World } from '#domain/test-kit.ts';

const start = (world: World, serial: string): Decision => world.do({ type: 'execution.start', serial });
const find = (decision: Decision, code: string): Reason | undefined =>
  decision.ok ? undefined : decision.reasons.find((r) => r.code === code);
const ready = (who = 'mara'): World => {
  const world = new World();
  world.signIn(who);
  return world;
};

describe('before a unit starts', () => {
  it('starts the first operation and its first step when all is met', () => {
    const decision = start(ready(), 'P-0001');
    expect(decision.ok && decision.events.map((e) => e.type)).toEqual(['execution.started', 'step.started']);
  });

  it('unit.unknown', () => {
    expect(find(start(ready(), 'NOPE'), 'unit.unknown')?.params).toEqual({ serial: 'NOPE' });
  });

  it('order.not-released with its status, and offers the release to who may', () => {
    const world = ready('lead');
    world.signIn('lead', 'right');
    world.do({ type: 'order.hold', orderId: 'WO-1', reason: 'material' });
    const decision = start(world, 'P-0001');
    expect(find(decision, 'order.not-released')?.params).toEqual({ order: 'WO-1', status: 'held' });
    expect(decision.ok || decision.next).toContainEqual({ code: 'release-order', params: { order: 'WO-1' } });
    const operator = new World();
    operator.orders.set('WO-1', { ...operator.orders.get('WO-1')!, status: 'closed' });
    operator.signIn('mara');
    const closed = start(operator, 'P-0001');
    expect(find(closed, 'order.not-released')?.params).toEqual({ order: 'WO-1', status: 'closed' });
    expect(!closed.ok && closed.next.map((n) => n.code)).not.toContain('release-order');
  });

  it('order.unknown', () => {
    const world = ready();
    world.orders.delete('WO-1');
    expect(codes(start(world, 'P-0001'))).toEqual(['order.unknown']);
  });

  it('revision.not-released with its status, revision.unknown', () => {
    const world = ready();
    world.units.set('P-0001', { ...world.units.get('P-0001')!, revision: 'B' });
    world.units.set('P-0002', { ...world.units.get('P-0002')!, revision: 'Z' });
    expect(find(start(world, 'P-0001'), 'revision.not-released')?.params).toEqual({
      definition: 'PUMP',
      revision: 'B',
      status: 'draft',
    });
    expect(codes(start(world, 'P-0002'))).toEqual(['revision.unknown']);
  });

  it('unit.held with who, why and since when; offers lifting only to who may', () => {
    const held = find(start(ready(), 'P-0003'), 'unit.held');
    expect(held?.params).toEqual({ serial: 'P-0003', reason: 'scratch', by: 'test', heldAt: startAt });
    const mara = start(ready(), 'P-0003');
    const lead = start(ready('lead'), 'P-0003');
    expect(!mara.ok && mara.next.map((n) => n.code)).not.toContain('lift-hold');
    expect(!lead.ok && lead.next.map((n) => n.code)).toContain('lift-hold');
  });

  it('unit.scrapped', () => {
    const world = ready('lead');
    world.signIn('lead', 'right');
    world.do({ type: 'unit.scrap', serial: 'P-0001', reason: 'broken' });
    expect(find(start(world, 'P-0001'), 'unit.scrapped')?.params).toEqual({ serial: 'P-0001', scrappedAt: startAt });
  });

  it('unit.done, and nothing about the routing beside it', () => {
    const world = ready();
    const unit = world.units.get('P-0005')!;
    const passed = [...unit.passed, { operationId: '30', stationId: 'ST20', at: startAt }];
    world.units.set('P-0005', { ...unit, status: 'done', completedAt: startAt, passed });
    expect(codes(start(world, 'P-0005'))).toEqual(['unit.done']);
  });

  it('operation.none-left for a unit that passed everything but was never completed', () => {
    const world = ready();
    const unit = world.units.get('P-0005')!;
    const passed = [...unit.passed, { operationId: '30', stationId: null, at: null }];
    world.units.set('P-0005', { ...unit, passed });
    expect(codes(start(world, 'P-0005'))).toEqual(['operation.none-left']);
  });

  it('unit.in-work-elsewhere', () => {
    const world = ready();
    world.stationId = 'ST20';
    start(world, 'P-0004');
    world.stationId = 'ST10';
    expect(find(start(world, 'P-0004'), 'unit.in-work-elsewhere')?.params).toEqual({
      serial: 'P-0004',
      station: 'ST20',
    });
  });

  it('unit.other-in-work, and leads back to it; the open unit itself is taken up again without a new fact', () => {
    const world = ready();
    start(world, 'P-0001');
    const decision = start(world, 'P-0002');
    expect(find(decision, 'unit.other-in-work')?.params).toEqual({ serial: 'P-0001', operation: '10' });
    expect(!decision.ok && decision.next).toContainEqual({ code: 'continue-open-unit', params: { serial: 'P-0001' } });
    expect(start(world, 'P-0001')).toEqual({ ok: true, events: [] });
  });

  it('operation.previous-not-passed names each one', () => {
    const world = ready();
    world.stationId = 'ST20';
    const decision = start(world, 'P-0001');
    expect(find(decision, 'operation.previous-not-passed')?.params).toMatchObject({ operation: '10', status: 'open' });
  });

  it('station.wrong and operation.already-passed for a unit whose next operation is elsewhere', () => {
    const decision = start(ready(), 'P-0005');
    expect(codes(decision)).toEqual(['operation.already-passed', 'station.wrong']);
    expect(find(decision, 'operation.already-passed')?.params).toMatchObject({
      operation: '20',
      passedAt: Date.parse('2026-11-19T10:00:00+01:00'),
    });
    expect(find(decision, 'station.wrong')?.params).toMatchObject({
      operation: '30',
      station: 'ST10',
      expected: 'ST20',
    });
  });

  it('operator.nobody leads to the sign-in', () => {
    const decision = start(new World(), 'P-0001');
    expect(codes(decision)).toEqual(['operator.nobody']);
    expect(!decision.ok && decision.next).toContainEqual({ code: 'sign-in', params: {} });
  });

  it('station.locked', () => {
    const world = ready();
    world.do({ type: 'station.lock', reason: 'idle' });
    expect(codes(start(world, 'P-0001'))).toEqual(['station.locked']);
  });

  it('operator.lacks-permission, operator.not-qualified', () => {
    const decision = start(ready('engineer'), 'P-0001');
    expect(codes(decision)).toEqual(['operator.lacks-permission', 'operator.not-qualified']);
    expect(codes(start(ready('new'), 'P-0001'))).toEqual(['operator.not-qualified']);
  });

  it('operator.qualification-expired at the end of its last day in the plant’s time zone', () => {
    const world = ready('late');
    const expired = find(start(world, 'P-0001'), 'operator.qualification-expired');
    expect(expired?.params['expiredAt']).toBe(Date.parse('2026-11-20T00:00:00+01:00') - 1);
    world.now = Date.parse('2026-11-19T23:59:59+01:00');
    expect(start(world, 'P-0001').ok).toBe(true);
  });

  it('badge.disabled for a person taken out while signed in', () => {
    const world = ready();
    world.session = { ...world.session, person: { ...world.session.person!, personId: 'gone' } };
    expect(codes(start(world, 'P-0001'))).toContain('badge.disabled');
  });

  it('device.not-connected, device.silent, device.unknown with how long', () => {
    const world = ready();
    world.devices.set('press', { state: 'disconnected', since: startAt - 5_000, pushes: false });
    expect(find(start(world, 'P-0001'), 'device.not-connected')?.params).toMatchObject({
      device: 'press',
      state: 'disconnected',
      sinceMs: 5_000,
    });
    world.devices.set('press', { state: 'silent', since: startAt - 9_000, pushes: false });
    expect(find(start(world, 'P-0001'), 'device.silent')?.params).toMatchObject({ device: 'press', silentMs: 9_000 });
    world.devices.delete('dial');
    expect(codes(start(world, 'P-0001'))).toEqual(['device.silent', 'device.unknown']);
  });

  it('does not ask for a gauge where the value may be keyed in', () => {
    const world = ready();
    world.devices.set('gauge', { state: 'disconnected', since: startAt, pushes: true });
    expect(start(world, 'P-0001').ok).toBe(true);
  });

  it('tag.stale, tag.bad-quality and tag.no-value of a machine’s state', () => {
    const world = ready();
    world.readings.set('press.state', reading('press.state', 'Idle', { stale: true, lastGoodAt: startAt - 4_000 }));
    expect(find(start(world, 'P-0001'), 'tag.stale')?.params).toMatchObject({ tag: 'press.state', ageMs: 4_000 });
    world.readings.set('press.state', reading('press.state', null, { quality: 'bad', status: 'BadNoCommunication' }));
    expect(find(start(world, 'P-0001'), 'tag.bad-quality')?.params).toMatchObject({ status: 'BadNoCommunication' });
    world.readings.delete('press.state');
    const decision = start(world, 'P-0001');
    expect(codes(decision)).toEqual(['tag.no-value']);
    expect(!decision.ok && decision.next).toContainEqual({ code: 'open-devices', params: { device: 'press' } });
  });

  it('tells all unmet conditions at once, and the met ones', () => {
    const world = ready('late');
    world.devices.set('press', { state: 'disconnected', since: startAt, pushes: false });
    world.orders.set('WO-1', { ...world.orders.get('WO-1')!, status: 'held' });
    const decision = start(world, 'P-0003');
    expect(codes(decision)).toEqual([
      'order.not-released',
      'unit.held',
      'operator.qualification-expired',
      'device.not-connected',
    ]);
    expect(!decision.ok && decision.met.map((m) => m.code)).toEqual([
      'revision.released',
      'station.right',
      'device.ready',
    ]);
  });

  it('tells what is met: order, revision, unit, station, previous, operator, device', () => {
    const world = ready();
    world.units.set('P-0001', { ...world.units.get('P-0001')!, revision: 'B' });
    world.now += 300;
    const decision = start(world, 'P-0001');
    expect(!decision.ok && decision.met.map((m) => m.code)).toEqual([
      'order.released',
      'unit.free',
      'station.right',
      'operator.qualified',
      'device.ready',
      'device.ready',
    ]);
    // Its state is only told when it changes: the age of the last change is no age of the device.
    expect(!decision.ok && decision.met.find((m) => m.code === 'device.ready')?.params['ageMs']).toBeNull();
    expect(!decision.ok && decision.next.map((n) => n.code)).toContain('scan-another-unit');
  });
});

describe('before each act of an open run', () => {
  const begun = (): World => {
    const world = ready();
    start(world, 'P-0001');
    return world;
  };
  const confirm = (world: World): Decision => world.act({ type: 'instruction', do: 'confirm' });

  it('order.not-released: the order was stopped meanwhile', () => {
    const world = begun();
    world.orders.set('WO-1', { ...world.orders.get('WO-1')!, status: 'held' });
    expect(codes(confirm(world))).toEqual(['order.not-released']);
  });

  it('operator.nobody, station.locked, operator.not-qualified: who is there now', () => {
    const world = begun();
    world.do({ type: 'station.lock', reason: 'person' });
    expect(codes(confirm(world))).toEqual(['station.locked']);
    world.do({ type: 'operator.sign-out' });
    expect(codes(confirm(world))).toEqual(['operator.nobody']);
    world.signIn('new');
    expect(codes(confirm(world))).toEqual(['operator.not-qualified']);
    world.signIn('mara');
    expect(confirm(world).ok).toBe(true);
  });

  it('revision.unknown: the definition was changed under the run and is kept nowhere', () => {
    const world = begun();
    const configuration = { ...testConfiguration(), definitions: [testDefinition({ hash: 'other' })] };
    const other = new World(configuration);
    for (const [id, execution] of world.executions) other.executions.set(id, execution);
    other.units.set('P-0001', world.units.get('P-0001')!);
    other.signIn('mara');
    expect(codes(confirm(other))).toEqual(['revision.unknown']);
    // The unit is not stuck: it can be held, which ends the run.
    expect(other.do({ type: 'unit.hold', serial: 'P-0001', reason: 'revision changed' }).ok).toBe(true);
    expect(other.open()).toBeNull();
  });

  it('execution.none-open and command.outdated', () => {
    const world = begun();
    const place = { type: 'step.act', stepId: 'read', attempt: 1, component: null } as const;
    const action = { type: 'instruction', do: 'confirm' } as const;
    const executionId = world.open()!.executionId;
    expect(codes(world.do({ ...place, executionId: 'X999', action }))).toEqual(['command.outdated']);
    expect(codes(world.do({ ...place, executionId, attempt: 2, action }))).toEqual(['command.outdated']);
    expect(world.do({ ...place, executionId, action }).ok).toBe(true);
    // The second click of a double click saw a step that is over.
    expect(codes(world.do({ ...place, executionId, action }))).toEqual(['command.outdated']);
    expect(codes(new World().do({ ...place, executionId, action }))).toEqual(['execution.none-open']);
  });

  it('step.action-not-possible: an act of another step type', () => {
    const decision = begun().act({ type: 'choice', do: 'choose', option: 'black' });
    expect(decision.ok || decision.reasons).toEqual([
      { code: 'step.action-not-possible', params: { action: 'choose', stepType: 'instruction' } },
    ]);
  });

  it('execution.not-failed: nothing to try again', () => {
    expect(codes(begun().retry())).toEqual(['execution.not-failed']);
  });
});
