/** Who works at this station now. Folded from the log, so that a restart knows it too. */
import type { Happened } from '#domain/happened.ts';

export interface SignedIn {
  readonly personId: string;
  readonly name: string;
  /** UTC ms of the badge, not of a PIN given later. */
  readonly signedInAt: number;
  /** The PIN was given in this session; gone after a lock or a restart of the station. */
  readonly pin: boolean;
}
export interface PinFailures {
  /** Wrong PINs since the last right one or the last lock-out. */
  readonly wrong: number;
  /** UTC ms until which no PIN is looked at, null when not locked out. */
  readonly lockedUntilAt: number | null;
}
export interface Session {
  readonly person: SignedIn | null;
  /** The screen is locked; the running step is kept. */
  readonly locked: boolean;
  readonly pinFailures: Readonly<Record<string, PinFailures>>;
}

export const nobody: Session = { person: null, locked: false, pinFailures: {} };

export const pinTries = 5;
export const pinLockMs = 60_000;

export const sessionEvents = [
  'operator.signed-in',
  'operator.signed-out',
  'operator.sign-in-refused',
  'station.locked',
  'station.started',
] as const;

export function evolveSession(session: Session, event: Happened): Session {
  switch (event.type) {
    case 'operator.signed-in': {
      const { personId, name, pin } = event.body;
      const stays = session.person?.personId === personId ? session.person : null;
      const { [personId]: _forgiven, ...others } = session.pinFailures;
      return {
        // A second tap of the same badge unlocks and keeps the session; a PIN given before stays given unless locked.
        person: {
          personId,
          name,
          signedInAt: stays?.signedInAt ?? event.at,
          pin: pin || (stays?.pin ?? false),
        },
        locked: false,
        pinFailures: pin ? others : session.pinFailures,
      };
    }
    case 'operator.signed-out':
      return { ...session, person: null, locked: false };
    case 'operator.sign-in-refused': {
      const { personId, reasons } = event.body;
      if (personId === null || !reasons.some((r) => r.code === 'pin.wrong')) return session;
      const wrong = (session.pinFailures[personId]?.wrong ?? 0) + 1;
      const failures: PinFailures =
        wrong >= pinTries ? { wrong: 0, lockedUntilAt: event.at + pinLockMs } : { wrong, lockedUntilAt: null };
      return { ...session, pinFailures: { ...session.pinFailures, [personId]: failures } };
    }
    case 'station.locked':
      return { ...session, locked: true, person: withoutPin(session.person) };
    case 'station.started':
      return { ...session, person: withoutPin(session.person) };
    default:
      return session;
  }
}

const withoutPin = (person: SignedIn | null): SignedIn | null => (person === null ? null : { ...person, pin: false });
