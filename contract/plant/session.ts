/** Who is signed in on the plant view. Signing in itself is plain HTTP (forms and OIDC redirects), not a call. */
import { eventIterator, type } from '@orpc/contract';
import type { PlantHealth } from './base.ts';
import { plantBase } from './base.ts';
import type { PlantGrant, PlantRight } from './roles.ts';

export interface PlantSession {
  readonly account: { readonly id: string; readonly name: string; readonly language: 'en' | 'de' };
  /** The password was given by somebody else: until `accounts.changePassword` the server does nothing else for this account. */
  readonly passwordToChange: boolean;
  readonly grants: readonly PlantGrant[];
  /** Everything the grants add up to, anywhere: what to show at all. The server judges each act by its line. */
  readonly rights: readonly PlantRight[];
  readonly plant: {
    readonly id: string;
    readonly title: { readonly en: string; readonly de: string };
    readonly timeZone: string;
    readonly demo: boolean;
  };
}

/**
 * Names of ids: what people do at stations carries an id of `people.yaml`, what they do on the plant view that of an
 * account. Who is in neither any more is shown by the id.
 */
export interface PlantNames {
  readonly people: Readonly<Record<string, string>>;
  readonly accounts: Readonly<Record<string, string>>;
}

export const session = {
  get: plantBase.output(type<PlantSession>()),
  names: plantBase.output(type<PlantNames>()),
  /** Emits at least every 5 s: also the link's heartbeat. */
  health: plantBase.output(eventIterator(type<PlantHealth>())),
};
