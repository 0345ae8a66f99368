/** Sign-in, PIN, sign-out, lock. A refused badge or PIN is a fact and recorded; being asked for the PIN is not. */
import type { Person } from '#contract/config/plant.ts';
import { event } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { PeopleCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision, type Refused } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { pinTries, type Session } from './session.ts';

/** Badges are half a secret: a refusal shows and keeps their last four characters. */
export const shortBadge = (badge: string): string => (badge.length <= 4 ? badge : `…${badge.slice(-4)}`);

/** Whether a PIN of this person may be looked at now; ask before spending time on argon2id. Empty = yes. */
export function pinLockFaults(session: Session, person: Pick<Person, 'id' | 'name'>, now: number): readonly Reason[] {
  const untilAt = session.pinFailures[person.id]?.lockedUntilAt ?? null;
  return untilAt !== null && untilAt > now ? [reason('pin.locked', { operator: person.name, untilAt })] : [];
}

export function decidePeople(session: Session, command: PeopleCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'operator.sign-in':
      return signIn(session, command, facts);
    case 'pin.given': {
      const person = session.person === null ? null : facts.catalogue.person(session.person.personId);
      if (person === null) return refuse([reason('operator.nobody', {})], { next: [next('sign-in', {})] });
      const locked = pinLockFaults(session, person, facts.now);
      if (locked.length > 0) return refuse(locked);
      if (command.pin === 'wrong') return wrongPin(session, person, null);
      return accept([signedIn(person, true, 'typed', null)]);
    }
    case 'operator.sign-out':
      if (session.person === null) return refuse([reason('operator.nobody', {})], { next: [next('sign-in', {})] });
      return accept([event('operator.signed-out', { personId: session.person.personId })]);
    case 'station.lock': {
      // Locking what is locked, or nobody's session, changes nothing.
      if (session.locked || session.person === null) return accept([]);
      return accept([event('station.locked', { reason: command.reason, personId: session.person.personId })]);
    }
    case 'operator.refuse-sign-in': {
      const { personId, badge, reasons } = command;
      return accept([
        event('operator.sign-in-refused', {
          personId,
          badge: badge === null ? null : shortBadge(badge),
          reasons: [...reasons],
        }),
      ]);
    }
  }
}

function signIn(
  session: Session,
  { badge, pin, entry }: Extract<PeopleCommand, { type: 'operator.sign-in' }>,
  facts: Facts,
): Decision {
  const person = facts.catalogue.personByBadge(badge);
  if (person === null) return recorded(null, badge, [reason('badge.unknown', { badge: shortBadge(badge) })]);
  if (person.disabled) return recorded(person.id, badge, [reason('badge.disabled', { operator: person.name })]);
  if (pin !== 'none' || person.pinAtSignIn) {
    const locked = pinLockFaults(session, person, facts.now);
    if (locked.length > 0) return recorded(person.id, badge, locked);
    if (person.pinHash === undefined)
      return recorded(person.id, badge, [reason('pin.not-set', { operator: person.name })]);
  }
  if (pin === 'wrong') return wrongPin(session, person, badge);
  if (pin === 'none' && person.pinAtSignIn) return refuse([reason('pin.required', { operator: person.name })]);
  const before = session.person?.personId ?? null;
  return accept([signedIn(person, pin === 'right', entry, before === person.id ? null : before)]);
}

function wrongPin(session: Session, person: Person, badge: string | null): Refused {
  const wrong = (session.pinFailures[person.id]?.wrong ?? 0) + 1;
  const triesLeft = Math.max(0, pinTries - wrong);
  return recorded(person.id, badge, [reason('pin.wrong', { operator: person.name, triesLeft })]);
}

function recorded(personId: string | null, badge: string | null, reasons: readonly Reason[]): Refused {
  return refuse(reasons, {
    events: [
      event('operator.sign-in-refused', {
        personId,
        badge: badge === null ? null : shortBadge(badge),
        reasons: [...reasons],
      }),
    ],
  });
}

const signedIn = (
  person: Person,
  pin: boolean,
  entry: 'device' | 'scanned' | 'typed',
  replaced: string | null,
): ReturnType<typeof event<'operator.signed-in'>> =>
  event('operator.signed-in', { personId: person.id, name: person.name, pin, entry, replaced });
