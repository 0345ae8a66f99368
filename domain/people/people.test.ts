import { describe, expect, it } from 'vitest';
import { codes, startAt, World } from '#domain/test-kit.ts';
import { endOfLocalDay, startOfLocalHour } from './local-day.ts';
import { pinLockMs } from './session.ts';

const signIn = (world: World, who: string, pin: 'none' | 'right' | 'wrong' = 'none') =>
  world.do({ type: 'operator.sign-in', badge: `BDG-${who}`, pin, entry: 'scanned' });

describe('sign-in', () => {
  it('takes a known badge, and the next badge replaces the person', () => {
    const world = new World();
    signIn(world, 'mara');
    expect(world.session.person).toMatchObject({ personId: 'mara', name: 'MARA', pin: false, signedInAt: startAt });
    const other = signIn(world, 'lead');
    expect(other.events[0]?.body).toMatchObject({ personId: 'lead', replaced: 'mara' });
  });
  it('badge.unknown and badge.disabled are recorded, the badge shortened', () => {
    const world = new World();
    const unknown = world.do({ type: 'operator.sign-in', badge: 'BDG-12345678', pin: 'none', entry: 'scanned' });
    expect(unknown.ok || unknown.reasons).toEqual([{ code: 'badge.unknown', params: { badge: '…5678' } }]);
    expect(unknown.events[0]).toMatchObject({
      type: 'operator.sign-in-refused',
      body: { badge: '…5678', personId: null },
    });
    expect(codes(signIn(world, 'gone'))).toEqual(['badge.disabled']);
    expect(world.session.person).toBeNull();
  });
  it('pin.required is a question, not a fact; pin.not-set', () => {
    const world = new World();
    const asked = signIn(world, 'asked');
    expect([codes(asked), asked.events]).toEqual([['pin.required'], []]);
    expect(signIn(world, 'asked', 'right').ok).toBe(true);
    expect(world.session.person?.pin).toBe(true);
    expect(codes(signIn(world, 'mara', 'right'))).toEqual(['pin.not-set']);
  });
  it('pin.wrong counts down; after five pin.locked for a minute, also for a right one', () => {
    const world = new World();
    const left = [1, 2, 3, 4, 5].map(() => {
      const wrong = signIn(world, 'lead', 'wrong');
      return wrong.ok ? null : wrong.reasons[0]?.params['triesLeft'];
    });
    expect(left).toEqual([4, 3, 2, 1, 0]);
    const locked = signIn(world, 'lead', 'right');
    expect(locked.ok || locked.reasons).toEqual([
      { code: 'pin.locked', params: { operator: 'LEAD', untilAt: startAt + pinLockMs } },
    ]);
    world.now += pinLockMs;
    expect(signIn(world, 'lead', 'wrong').ok).toBe(false);
    expect(signIn(world, 'lead', 'right').ok).toBe(true);
    expect(world.session.pinFailures).toEqual({});
  });
  it('a right PIN between wrong ones begins to count anew; another person is not locked out', () => {
    const world = new World();
    for (let i = 0; i < 4; i += 1) signIn(world, 'lead', 'wrong');
    signIn(world, 'lead', 'right');
    const wrong = signIn(world, 'lead', 'wrong');
    expect(wrong.ok || wrong.reasons[0]?.params['triesLeft']).toBe(4);
    for (let i = 0; i < 5; i += 1) signIn(world, 'asked', 'wrong');
    expect(signIn(world, 'lead', 'right').ok).toBe(true);
  });
});

describe('session', () => {
  it('a lock keeps the person and the open run, and forgets the PIN; a badge unlocks', () => {
    const world = new World();
    signIn(world, 'lead', 'right');
    world.do({ type: 'execution.start', serial: 'P-0001' });
    world.do({ type: 'station.lock', reason: 'idle' });
    expect(world.session).toMatchObject({ locked: true, person: { personId: 'lead', pin: false } });
    expect(world.open()?.currentStep).toBe('read');
    expect(world.do({ type: 'station.lock', reason: 'idle' }).events).toEqual([]);
    signIn(world, 'lead');
    expect(world.session).toMatchObject({ locked: false, person: { pin: false } });
  });
  it('pin.given gives what was missing and needs somebody; operator.nobody', () => {
    const world = new World();
    expect(codes(world.do({ type: 'pin.given', pin: 'right' }))).toEqual(['operator.nobody']);
    expect(codes(world.do({ type: 'operator.sign-out' }))).toEqual(['operator.nobody']);
    expect(world.do({ type: 'station.lock', reason: 'person' }).events).toEqual([]);
    signIn(world, 'lead');
    world.now += 1_000;
    world.do({ type: 'pin.given', pin: 'right' });
    expect(world.session.person).toMatchObject({ pin: true, signedInAt: startAt });
    world.do({ type: 'operator.sign-out' });
    expect(world.session.person).toBeNull();
  });
  it('a restart of the station keeps the person and forgets the PIN', () => {
    const world = new World();
    signIn(world, 'lead', 'right');
    const body = { version: '1', node: '24', previousRun: 'ended-abruptly' } as const;
    world.do({ type: 'station.record', event: { type: 'station.started', version: 1, body } });
    expect(world.session.person).toMatchObject({ personId: 'lead', pin: false });
  });
});

describe('local days', () => {
  it('end with the last millisecond of the plant’s day, also when the clocks change', () => {
    expect(endOfLocalDay('2026-11-20', 'Europe/Berlin')).toBe(Date.parse('2026-11-21T00:00:00+01:00') - 1);
    expect(endOfLocalDay('2026-03-29', 'Europe/Berlin')).toBe(Date.parse('2026-03-30T00:00:00+02:00') - 1);
    expect(endOfLocalDay('2026-10-25', 'Europe/Berlin')).toBe(Date.parse('2026-10-26T00:00:00+01:00') - 1);
    expect(endOfLocalDay('2026-12-31', 'Asia/Kolkata')).toBe(Date.parse('2027-01-01T00:00:00+05:30') - 1);
  });
  it('hours begin on the local clock, also in zones with half hours', () => {
    expect(startOfLocalHour(Date.parse('2026-11-20T10:47:00+05:30'), 'Asia/Kolkata')).toBe(
      Date.parse('2026-11-20T10:00:00+05:30'),
    );
    expect(startOfLocalHour(Date.parse('2026-11-20T10:47:00+01:00'), 'Europe/Berlin')).toBe(
      Date.parse('2026-11-20T10:00:00+01:00'),
    );
  });
});
