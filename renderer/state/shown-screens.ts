/** The places of this station, in the order of its keys: a bench where samples are measured begins with them. */
import { screens, type Screen } from './place.svelte.ts';
import { station } from './station.svelte.ts';

export function shownScreens(): readonly Screen[] {
  const others = screens.filter((screen) => screen !== 'bench');
  return station.bench.value?.bench === true ? ['bench', ...others] : others;
}
