/**
 * The places of this station, in the order of its keys: a bench where samples are measured begins with them, a station that
 * watches no machine has none of them.
 */
import { screens, type Screen } from './place.svelte.ts';
import { station } from './station.svelte.ts';

export function shownScreens(): readonly Screen[] {
  const watches = (station.machines.value?.machines.length ?? 0) > 0;
  const others = screens.filter((screen) => screen !== 'bench' && (screen !== 'machines' || watches));
  return station.bench.value?.bench === true ? ['bench', ...others] : others;
}
