/**
 * Who works at this station: badges, PINs, idle lock. Facts and rules are the core's (`domain/people`); here is only what
 * takes time or memory that must not be kept: the PIN check, whose PIN is being asked for, and the idle clock.
 */
import { verify as argon2Verify } from '@node-rs/argon2';
import type { Person } from '#contract/config/plant.ts';
import type { Actor } from '#contract/envelope.ts';
import type { Entry } from '#contract/events/shared.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { PeopleView } from '#contract/rpc/people.ts';
import type { PinVerdict } from '#domain/commands.ts';
import { reason } from '#domain/decision.ts';
import { pinLockFaults, shortBadge } from '#domain/people/decide.ts';
import type { Clock } from '#station/clock.ts';
import type { Core } from '#station/core/index.ts';
import type { Log } from '#station/log.ts';
import { Signal } from '#station/streams/signal.ts';
import { viewOf } from './view.ts';

export interface PeopleParts {
  readonly core: Pick<Core, 'dispatch' | 'session' | 'catalogue' | 'appended'>;
  readonly idleLockMs: number;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** argon2id; tests give a quick one. */
  readonly verifyPin?: (hash: string, pin: string) => Promise<boolean>;
}

export interface SignIn {
  readonly badge: string;
  readonly pin: string | null;
  readonly entry: Entry;
  /** null for scanned badges: the scanner's own repetitions are sorted out before. */
  readonly commandId: string | null;
}

export interface People {
  view(): PeopleView;
  readonly changed: Signal<PeopleView>;
  /** A badge from anywhere; whoever was signed in is replaced, the running step stays. */
  signIn(by: SignIn): Promise<Outcome>;
  givePin(pin: string, commandId: string): Promise<Outcome>;
  cancelPin(): Outcome;
  signOut(commandId: string | null): Outcome;
  lock(commandId: string | null): Outcome;
  /** Somebody did something: idle time starts anew. */
  active(): void;
  stop(): void;
}

const done: Outcome = { ok: true, value: undefined };
/** While the lock cannot be recorded (disk full) it is tried again this often. */
const lockAgainMs = 5_000;
/** The moment of the next lock moves with every touch; the screens hear of it at most this often. */
const tellActiveMs = 1_000;

export function createPeople(parts: PeopleParts): People {
  const { core, clock, log, idleLockMs } = parts;
  const { catalogue } = core;
  const check = parts.verifyPin ?? ((hash, pin) => argon2Verify(hash, pin));
  const changed = new Signal<PeopleView>();
  /** One PIN check at a time per person: guesses cannot be tried side by side. */
  const queues = new Map<string, Promise<unknown>>();
  let pinFor: { readonly person: Person; readonly entry: Entry } | null = null;
  let activeAtMono = clock.monotonic();
  let toldAtMono = Number.NEGATIVE_INFINITY;
  let timer: { cancel(): void } | null = null;
  let stopped = false;

  const present = (): boolean => core.session().person !== null && !core.session().locked;
  const view = (): PeopleView => ({
    ...viewOf(core.session(), catalogue, clock.now()),
    pinFor: pinFor === null ? null : { id: pinFor.person.id, name: pinFor.person.name },
    lockAt: present() ? Math.round(clock.now() + idleLockMs - (clock.monotonic() - activeAtMono)) : null,
  });
  const tell = (): void => {
    toldAtMono = clock.monotonic();
    changed.emit(view());
  };

  const arm = (ms: number): void => {
    timer?.cancel();
    timer = stopped || !present() ? null : clock.setTimer(ms, idle);
  };
  const idle = (): void => {
    const rest = idleLockMs - (clock.monotonic() - activeAtMono);
    if (rest > 0 || !present()) return arm(Math.max(1, rest));
    const outcome = core.dispatch({ type: 'station.lock', reason: 'idle' }, null, { kind: 'system' });
    if (!outcome.ok) {
      log.warn({ reasons: outcome.refusal.reasons }, 'the idle lock could not be recorded; trying again');
      arm(lockAgainMs);
    }
  };
  const active = (): void => {
    activeAtMono = clock.monotonic();
    if (activeAtMono - toldAtMono >= tellActiveMs && present()) tell();
  };
  // Roles, name and qualifications may be others from now on; what the person may do is judged at each act.
  const uncatalogued = catalogue.changed.listen(tell);
  const unlisten = core.appended.listen((events) => {
    if (!events.some(({ type }) => type.startsWith('operator.') || type === 'station.locked')) return;
    if (present()) {
      activeAtMono = clock.monotonic();
      arm(idleLockMs);
    } else arm(0);
    tell();
  });
  arm(idleLockMs);

  const refused = (command: string, reasons: readonly Reason[]): Outcome => ({
    ok: false,
    refusal: { command, at: clock.now(), reasons, met: [], next: [] },
  });
  const ask = (next: typeof pinFor): void => {
    if (pinFor === next) return;
    pinFor = next;
    tell();
  };

  /** null: the hash cannot be checked at all. */
  const verdictOn = (person: Person, pin: string): Promise<PinVerdict | null> => {
    const { id, pinHash } = person;
    const turn = (queues.get(id) ?? Promise.resolve()).then(async (): Promise<PinVerdict | null> => {
      if (pinHash === undefined) return null;
      // Locked out: the rule refuses whatever the PIN is, so none is looked at.
      if (pinLockFaults(core.session(), person, clock.now()).length > 0) return 'wrong';
      try {
        return (await check(pinHash, pin)) ? 'right' : 'wrong';
      } catch (error) {
        log.error(
          { personId: id, error: String(error) },
          'the PIN hash in people.yaml cannot be checked; make a new one',
        );
        return null;
      }
    });
    const settled = turn.then(() => {
      if (queues.get(id) === settled) queues.delete(id);
    });
    queues.set(id, settled);
    return turn;
  };

  const signInAs = (badge: string, pin: PinVerdict, entry: Entry, commandId: string | null): Outcome => {
    const person = catalogue.personByBadge(badge);
    // Whose claim is not proven (unknown badge, wrong PIN) is not named as the one who acted.
    const actor: Actor = person === null || pin === 'wrong' ? { kind: 'system' } : { kind: 'person', id: person.id };
    const outcome = core.dispatch({ type: 'operator.sign-in', badge, pin, entry }, commandId, actor);
    return outcome.ok ? done : outcome;
  };

  const signIn = async ({ badge, pin, entry, commandId }: SignIn): Promise<Outcome> => {
    const person = catalogue.personByBadge(badge);
    let verdict: PinVerdict = 'none';
    if (person !== null && !person.disabled && pin !== null) {
      const checked = await verdictOn(person, pin);
      if (checked === null) return refused('operator.sign-in', [reason('pin.not-set', { operator: person.name })]);
      verdict = checked;
    }
    const outcome = signInAs(badge, verdict, entry, commandId);
    log.info({ who: person?.id ?? shortBadge(badge), accepted: outcome.ok }, 'badge');
    const wantsPin = !outcome.ok && outcome.refusal.reasons.every(({ code }) => code === 'pin.required');
    ask(wantsPin && person !== null ? { person, entry } : null);
    return outcome;
  };

  const givePin = async (pin: string, commandId: string): Promise<Outcome> => {
    const asked = pinFor;
    const person = asked?.person ?? catalogue.person(core.session().person?.personId ?? '');
    if (person === null) return refused('pin.given', [reason('operator.nobody', {})]);
    const verdict = await verdictOn(person, pin);
    if (verdict === null || verdict === 'none') {
      return refused('pin.given', [reason('pin.not-set', { operator: person.name })]);
    }
    // Another badge may have come while the PIN was checked: a PIN counts only for whom it was asked of.
    const still = asked === null ? pinFor === null && core.session().person?.personId === person.id : pinFor === asked;
    if (!still) return refused('pin.given', [reason('command.outdated', {})]);
    if (asked !== null) {
      const outcome = signInAs(person.badge, verdict, asked.entry, commandId);
      if (outcome.ok) ask(null);
      return outcome;
    }
    const actor: Actor = verdict === 'right' ? { kind: 'person', id: person.id } : { kind: 'system' };
    const outcome = core.dispatch({ type: 'pin.given', pin: verdict }, commandId, actor);
    return outcome.ok ? done : outcome;
  };

  const simple = (command: Parameters<Core['dispatch']>[0], commandId: string | null): Outcome => {
    const outcome = core.dispatch(command, commandId);
    return outcome.ok ? done : outcome;
  };

  return {
    view,
    changed,
    signIn,
    givePin,
    cancelPin() {
      ask(null);
      return done;
    },
    signOut(commandId) {
      ask(null);
      return simple({ type: 'operator.sign-out' }, commandId);
    },
    lock(commandId) {
      ask(null);
      return simple({ type: 'station.lock', reason: 'person' }, commandId);
    },
    active,
    stop() {
      stopped = true;
      timer?.cancel();
      unlisten();
      uncatalogued();
    },
  };
}
