import type { PlantRight } from '#contract/plant/roles.ts';
import { screens, type Screen } from '../state/route.ts';

const needs: Partial<Record<Screen, PlantRight>> = { accounts: 'account.manage' };

/** The places a person sees, in their order; the server judges every act all the same. */
export function shownPlaces(who: { may(right: PlantRight): boolean }): readonly Screen[] {
  return screens.filter((screen) => {
    const right = needs[screen];
    return right === undefined || who.may(right);
  });
}
