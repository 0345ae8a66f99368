/** "waits for Press P2: no material, 4 min": what makes a machine of a line wait. */
import type { LineRoot, WaitsFor, WaitsHere } from '#contract/rpc/machines.ts';
import { lasting } from '../../i18n/ago.ts';
import { localized, t } from '../../i18n/index.svelte.ts';
import { now } from '../../state/time.svelte.ts';
import { stateWord } from './machine-words.ts';

/** Why it stands: as people explained the stop, else as the machine says, else its state. */
export const rootWhy = ({ stop, alarm, state }: Pick<LineRoot, 'stop' | 'alarm' | 'state'>): string =>
  stop !== null && stop.reasons.length > 0
    ? stop.reasons.map(({ title }) => localized(title)).join(', ')
    : (alarm ?? stateWord(state));

/** How long it stands by now, or stood. */
export const rootLasting = ({ from, to }: Pick<LineRoot, 'from' | 'to'>): string => lasting((to ?? now.at) - from);

/** @param past of a stop that has ended */
export function waitsWords({ state, root }: WaitsFor, past = false): string {
  if (root === null) return state === 'starved' ? t.machine_waits_up() : t.machine_waits_down();
  const words = { machine: localized(root.title), why: rootWhy(root), duration: rootLasting(root) };
  if (past) return t.machine_did_wait_for(words);
  return root.over ? t.machine_waited_for(words) : t.machine_waits_for(words);
}

/** The same at the station, which may not know it: then why not, and since when. */
export function waitsHereWords(waits: WaitsHere, past = false): string {
  if (waits.unknown === null) return waitsWords(waits, past);
  switch (waits.unknown.why) {
    case 'no-server':
      return t.machine_waits_no_server();
    case 'not-linked':
      return t.machine_waits_not_linked({ duration: lasting(now.at - waits.unknown.at) });
    case 'not-told':
      return t.machine_waits_not_told();
    case 'elsewhere':
      return t.machine_waits_elsewhere();
  }
}
