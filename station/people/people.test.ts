import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '#contract/refusal.ts';
import { pinLockMs, pinTries } from '#domain/people/session.ts';
import { demo, idleLockMs, testStation } from '#station/scan/test-kit.ts';

const codes = (outcome: Outcome): readonly string[] =>
  outcome.ok ? [] : outcome.refusal.reasons.map(({ code }) => code);
const badge = (text: string) => ({ badge: text, pin: null, entry: 'scanned' as const, commandId: null });
const mara = 'BDG-1001';
const sam = 'BDG-1002';
const jana = 'BDG-1004';

describe('badges', () => {
  it('signs in, and another badge replaces without a gap', async () => {
    await using station = testStation();
    const { people } = station;
    expect(people.view()).toMatchObject({ person: null, locked: false });
    expect(await people.signIn(badge(mara))).toEqual({ ok: true, value: undefined });
    expect(people.view().person).toMatchObject({
      id: 'mara.keller',
      language: 'de',
      pinGiven: false,
      permissions: expect.arrayContaining(['unit.build', 'unit.create', 'unit.hold']) as string[],
    });
    await people.signIn(badge(sam));
    expect(people.view().person?.name).toBe('Sam Okafor');
    const signIns = station.events().filter(({ type }) => type === 'operator.signed-in');
    expect(signIns.map(({ body, actor }) => [body, actor])).toMatchObject([
      [
        { personId: 'mara.keller', replaced: null, entry: 'scanned' },
        { kind: 'person', id: 'mara.keller' },
      ],
      [
        { personId: 'sam.okafor', replaced: 'mara.keller' },
        { kind: 'person', id: 'sam.okafor' },
      ],
    ]);
  });
  it('refuses an unknown badge, recorded with its last four characters only', async () => {
    await using station = testStation();
    expect(codes(await station.people.signIn(badge('BDG-SECRET-7788')))).toEqual(['badge.unknown']);
    const text = JSON.stringify([station.events(), station.lines]);
    expect(text).toContain('7788');
    expect(text).not.toContain('SECRET');
  });
  it('shows which qualification has expired', async () => {
    await using station = testStation();
    await station.people.signIn(badge('BDG-1003'));
    expect(station.people.view().person?.qualifications).toMatchObject([
      { id: 'press-work', expired: true, title: { de: 'Arbeiten an der Presse' } },
      { id: 'final-check', expired: false, validToAt: null },
    ]);
  });
});

describe('PIN', () => {
  it('is checked with argon2id against the hash of the demo plant', async () => {
    await using station = testStation();
    await station.people.signIn(badge(jana));
    expect(codes(await station.people.givePin('1111', 'command-1'))).toEqual(['pin.wrong']);
    expect(await station.people.givePin('2468', 'command-2')).toEqual({ ok: true, value: undefined });
    expect(station.people.view().person?.pinGiven).toBe(true);
  });
  it('never reaches events or log', async () => {
    await using station = testStation({ verifyPin: async (_hash, pin) => pin === '987654321' });
    const by = { ...badge(jana), entry: 'typed' as const };
    await station.people.signIn({ ...by, pin: '123454321', commandId: 'command-1' });
    await station.people.signIn({ ...by, pin: '987654321', commandId: 'command-2' });
    expect(station.people.view().person?.pinGiven).toBe(true);
    expect(JSON.stringify([station.events(), station.lines])).not.toMatch(/123454321|987654321/);
  });
  it('locks out after too many, looks at none meanwhile, and lets the right one in afterwards', async () => {
    let looked = 0;
    await using station = testStation({
      verifyPin: async (_hash, pin) => {
        looked += 1;
        return pin === '2468';
      },
    });
    const { people, clock } = station;
    await people.signIn(badge(jana));
    for (let i = 0; i < pinTries; i++) expect(codes(await people.givePin('1111', `wrong-${i}`))).toEqual(['pin.wrong']);
    expect(codes(await people.givePin('2468', 'early'))).toEqual(['pin.locked']);
    expect(looked).toBe(pinTries);
    clock.advance(pinLockMs);
    expect(await people.givePin('2468', 'late')).toMatchObject({ ok: true });
  });
  it('tries guesses at one person one after the other', async () => {
    let open = 0;
    let most = 0;
    await using station = testStation({
      verifyPin: async () => {
        most = Math.max(most, ++open);
        await turn();
        open -= 1;
        return false;
      },
    });
    await station.people.signIn(badge(jana));
    const guesses = Array.from({ length: pinTries + 3 }, (_, i) => station.people.givePin('1111', `guess-${i}-xx`));
    const answers = (await Promise.all(guesses)).map((answer) => codes(answer)[0]);
    expect(most).toBe(1);
    expect(answers.filter((code) => code === 'pin.wrong')).toHaveLength(pinTries);
    expect(answers.filter((code) => code === 'pin.locked')).toHaveLength(3);
  });
  it('counts only for whom it was asked of, whoever taps a badge meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    await using station = testStation({ verifyPin: () => promise });
    await station.people.signIn(badge(jana));
    const given = station.people.givePin('2468', 'command-1');
    await station.people.signIn(badge(sam));
    resolve(true);
    expect(codes(await given)).toEqual(['command.outdated']);
    expect(station.people.view().person).toMatchObject({ id: 'sam.okafor', pinGiven: false });
  });
  it('of somebody without one is refused as not set', async () => {
    await using station = testStation();
    await station.people.signIn(badge(mara));
    expect(codes(await station.people.givePin('1234', 'command-1'))).toEqual(['pin.not-set']);
  });
  it('with nobody there says so', async () => {
    await using station = testStation();
    expect(codes(await station.people.givePin('1234', 'command-1'))).toEqual(['operator.nobody']);
  });
});

describe('PIN at every sign-in', () => {
  const strict = {
    ...demo,
    people: {
      ...demo.people,
      people: demo.people.people.map((each) => ({ ...each, pinAtSignIn: each.badge === jana })),
    },
  };
  it('asks after the badge, signs in with the PIN, and keeps who was there until then', async () => {
    await using station = testStation({ configuration: strict });
    const { people } = station;
    await people.signIn(badge(mara));
    expect(codes(await people.signIn(badge(jana)))).toEqual(['pin.required']);
    expect(people.view()).toMatchObject({ pinFor: { id: 'jana.vogt' }, person: { id: 'mara.keller' } });
    expect(codes(await people.givePin('0000', 'command-1'))).toEqual(['pin.wrong']);
    expect(people.view().pinFor).not.toBeNull();
    expect(await people.givePin('2468', 'command-2')).toMatchObject({ ok: true });
    expect(people.view()).toMatchObject({ pinFor: null, person: { id: 'jana.vogt', pinGiven: true } });
  });
  it('is given up by cancelling or by another badge', async () => {
    await using station = testStation({ configuration: strict });
    const { people } = station;
    await people.signIn(badge(jana));
    people.cancelPin();
    expect(people.view().pinFor).toBeNull();
    await people.signIn(badge(jana));
    await people.signIn(badge(sam));
    expect(people.view()).toMatchObject({ pinFor: null, person: { id: 'sam.okafor' } });
  });
});

describe('idle lock', () => {
  it('locks after the time without a touch, forgets the PIN, and keeps who it was', async () => {
    await using station = testStation({ verifyPin: async () => true });
    const { people, clock } = station;
    await people.signIn({ ...badge(jana), pin: '2468' });
    expect(people.view().lockAt).toBe(clock.now() + idleLockMs);
    clock.advance(idleLockMs - 1);
    people.active();
    clock.advance(idleLockMs - 1);
    expect(people.view().locked).toBe(false);
    clock.advance(1);
    expect(people.view()).toMatchObject({ locked: true, lockAt: null, person: { id: 'jana.vogt', pinGiven: false } });
    expect(station.events().at(-1)).toMatchObject({
      type: 'station.locked',
      body: { reason: 'idle' },
      actor: { kind: 'system' },
    });
  });
  it('does not lock when nobody is there, once only when somebody is', async () => {
    await using station = testStation();
    station.clock.advance(10 * idleLockMs);
    await station.people.signIn(badge(mara));
    station.clock.advance(10 * idleLockMs);
    expect(station.events().filter(({ type }) => type === 'station.locked')).toHaveLength(1);
  });
  it('the same badge takes it up again', async () => {
    await using station = testStation();
    await station.people.signIn(badge(mara));
    station.people.lock('command-1');
    expect(station.people.view().locked).toBe(true);
    await station.people.signIn(badge(mara));
    expect(station.people.view()).toMatchObject({ locked: false, person: { id: 'mara.keller' } });
  });
  it('tells the screens of every change', async () => {
    await using station = testStation();
    const seen: (string | null)[] = [];
    station.people.changed.listen(({ person, locked }) =>
      seen.push(person === null ? null : locked ? 'locked' : person.id),
    );
    await station.people.signIn(badge(mara));
    station.clock.advance(idleLockMs);
    station.people.signOut('command-1');
    expect(seen).toEqual(['mara.keller', 'locked', null]);
  });
});
