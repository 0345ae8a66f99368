/** Machine time in words. */
import type { MachineState } from '#contract/machine-state.ts';
import { t } from '../../i18n/index.svelte.ts';

const states: Readonly<Record<MachineState, () => string>> = {
  producing: () => t.machine_producing(),
  setup: () => t.machine_setup(),
  waiting: () => t.machine_waiting(),
  starved: () => t.machine_starved(),
  blocked: () => t.machine_blocked(),
  held: () => t.machine_held(),
  fault: () => t.machine_fault(),
  maintenance: () => t.machine_maintenance(),
  off: () => t.machine_off(),
  'no-data': () => t.machine_no_data(),
};
export const stateWord = (state: MachineState): string => states[state]();
