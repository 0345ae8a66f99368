/**
 * The stack light of a station: what its machines and the calls of it ask for. Colours as of IEC 60073 and IEC 60204-1,
 * 10.3: red fault, amber abnormal or waiting, green producing, blue help wanted, white free. One of red, amber, green and
 * white tells how the station stands, by the worst of its machines; blue is beside it; so is amber, with green, while a
 * signal of a control chart is open. What is off or unknown lights no lamp: unknown is not free.
 */
import type { MachineState } from '#contract/machine-state.ts';

export const lamps = ['red', 'amber', 'green', 'blue', 'white'] as const;
export type Lamp = (typeof lamps)[number];
export type LampState = 'off' | 'on' | 'blink';

export interface LightInput {
  /** Of the machines that the station watches; empty: it watches none, and its own work speaks for it. */
  readonly states: readonly MachineState[];
  /** What the station itself does; null: not known. */
  readonly work: 'in-work' | 'failed' | 'free' | null;
  /** A signal about this station is open. */
  readonly signal: boolean;
  /** Open calls of this station. */
  readonly calls: readonly { readonly answered: boolean }[];
}

export interface StackLight {
  readonly lamps: Readonly<Record<Lamp, LampState>>;
  /** Nothing is known of how it stands: shown hatched. */
  readonly unknown: boolean;
}

type Asked = 'red' | 'amber' | 'green' | 'free' | null;

const askedBy: Readonly<Record<MachineState, Asked>> = {
  producing: 'green',
  setup: 'amber',
  waiting: 'free',
  starved: 'amber',
  blocked: 'amber',
  held: 'amber',
  fault: 'red',
  maintenance: 'amber',
  off: null,
  'no-data': null,
};
const workAs: Readonly<Record<'in-work' | 'failed' | 'free', Asked>> = {
  'in-work': 'green',
  failed: 'amber',
  free: 'free',
};
const worstFirst = ['red', 'amber', 'green', 'free'] as const;

export function stackLight({ states, work, signal, calls }: LightInput): StackLight {
  const asked =
    states.length > 0 ? states.map((state) => waits(askedBy[state], work)) : [work === null ? null : workAs[work]];
  const worst = worstFirst.find((each) => asked.includes(each)) ?? null;
  const on = (is: boolean): LampState => (is ? 'on' : 'off');
  return {
    lamps: {
      red: on(worst === 'red'),
      amber: on(worst === 'amber' || signal),
      green: on(worst === 'green'),
      white: on(worst === 'free' && !signal),
      blue: calls.length === 0 ? 'off' : calls.some(({ answered }) => !answered) ? 'blink' : 'on',
    },
    unknown: worst === null && (states.length === 0 ? work === null : states.includes('no-data')),
  };
}

/** A machine that is ready but does not run is free only where nothing is in work. */
const waits = (asked: Asked, work: LightInput['work']): Asked =>
  asked === 'free' && (work === 'in-work' || work === 'failed') ? 'amber' : asked;
