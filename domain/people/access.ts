/** Who may do what now: presence, permission, PIN and qualification, each with its reason. */
import type { Person } from '#contract/config/plant.ts';
import { pinPermissions, rolePermissions, type Permission } from '#contract/permissions.ts';
import type { Met, Reason } from '#contract/refusal.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { met, reason } from '#domain/decision.ts';
import { endOfLocalDay } from './local-day.ts';
import type { Session } from './session.ts';

interface Who {
  readonly session: Session;
  readonly catalogue: Catalogue;
}

/** Permissions of a person by their roles, whether or not the PIN was given. */
export function permissionsOf(person: Person): readonly Permission[] {
  return [...new Set(person.roles.flatMap((role) => rolePermissions[role]))];
}

export function presenceFaults({ session }: Who): readonly Reason[] {
  const faults: Reason[] = [];
  if (session.person === null) faults.push(reason('operator.nobody', {}));
  if (session.locked) faults.push(reason('station.locked', {}));
  return faults;
}

/** Presence, permission and, where it needs one, the PIN. */
export function permissionFaults(who: Who, permission: Permission): readonly Reason[] {
  const faults = [...presenceFaults(who)];
  const { session, catalogue } = who;
  if (session.person === null) return faults;
  const { personId, name, pin } = session.person;
  const person = catalogue.person(personId);
  // A person taken out of the configuration while signed in may do nothing any more.
  if (person === null || person.disabled) return [...faults, reason('badge.disabled', { operator: name })];
  if (!permissionsOf(person).includes(permission))
    return [...faults, reason('operator.lacks-permission', { operator: name, permission })];
  if (pinPermissions.includes(permission) && !pin)
    faults.push(reason(person.pinHash === undefined ? 'pin.not-set' : 'pin.required', { operator: name }));
  return faults;
}

/** May be shown as something to do now: a PIN still to be given does not count against it. */
export function mayEver({ session, catalogue }: Who, permission: Permission): boolean {
  const person = session.person === null || session.locked ? null : catalogue.person(session.person.personId);
  return person !== null && !person.disabled && permissionsOf(person).includes(permission);
}

/** UTC ms after which a qualification is no longer valid: the end of its last day in the plant's time zone; null = no end. */
export function validToAt(validTo: string | null, timeZone: string): number | null {
  return validTo === null ? null : endOfLocalDay(validTo, timeZone);
}

/** @param qualification id the operation asks for; undefined = none. */
export function qualificationCheck(
  who: Who,
  qualification: string | undefined,
  now: number,
): { readonly faults: readonly Reason[]; readonly met: readonly Met[] } {
  const { session, catalogue } = who;
  const person = session.person === null ? null : catalogue.person(session.person.personId);
  if (person === null) return { faults: [], met: [] };
  const operator = person.name;
  if (qualification === undefined) return { faults: [], met: [met('operator.present', { operator })] };
  const qualificationText = catalogue.qualificationTitle(qualification);
  const held = person.qualifications.find((q) => q.id === qualification);
  if (held === undefined)
    return { faults: [reason('operator.not-qualified', { operator, qualification, qualificationText })], met: [] };
  const endsAt = validToAt(held.validTo, catalogue.plant.timeZone);
  if (endsAt !== null && endsAt < now) {
    const params = { operator, qualification, qualificationText, expiredAt: endsAt };
    return { faults: [reason('operator.qualification-expired', params)], met: [] };
  }
  return { faults: [], met: [met('operator.qualified', { operator, qualificationText, validToAt: endsAt })] };
}
