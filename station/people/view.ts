/** What the screens are told of who is signed in. */
import type { PeopleView, SignedInPerson } from '#contract/rpc/people.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { permissionsOf, validToAt } from '#domain/people/access.ts';
import type { Session } from '#domain/people/session.ts';

export function viewOf(session: Session, catalogue: Catalogue, now: number): Pick<PeopleView, 'person' | 'locked'> {
  return { person: personOf(session, catalogue, now), locked: session.locked };
}

function personOf({ person: signedIn }: Session, catalogue: Catalogue, now: number): SignedInPerson | null {
  if (signedIn === null) return null;
  const person = catalogue.person(signedIn.personId);
  return {
    id: signedIn.personId,
    name: signedIn.name,
    language: person?.language ?? catalogue.plant.language,
    roles: person?.roles ?? [],
    // Taken out of the configuration while signed in: still shown, may do nothing.
    permissions: person === null || person.disabled ? [] : permissionsOf(person),
    pinGiven: signedIn.pin,
    signedInAt: signedIn.signedInAt,
    qualifications: (person?.qualifications ?? []).map(({ id, validTo }) => {
      const endsAt = validToAt(validTo, catalogue.plant.timeZone);
      return {
        id,
        title: catalogue.qualificationTitle(id) ?? { en: id, de: id },
        validToAt: endsAt,
        expired: endsAt !== null && endsAt < now,
      };
    }),
  };
}
