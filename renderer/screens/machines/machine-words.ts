/** Machine time in words. */
import type { MachineState } from '#contract/machine-state.ts';
import type { DoubtView } from '#contract/rpc/machines.ts';
import type { BarLook } from '../../charts/time-bar.ts';
import { message, t } from '../../i18n/index.svelte.ts';

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

/** How a state looks on a bar of time. */
export const barLooks: Readonly<Record<MachineState, BarLook>> = {
  producing: 'run',
  setup: 'setup',
  waiting: 'down',
  starved: 'starved',
  blocked: 'blocked',
  held: 'loss',
  fault: 'bad',
  maintenance: 'setup',
  off: 'planned',
  'no-data': 'unknown',
};

export const doubtWord = (kind: DoubtView['kind']): string =>
  message(`machine_doubt_${kind.replaceAll('-', '_')}`) ?? kind;
