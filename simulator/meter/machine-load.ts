/** What the meter's load depends on, of what the machine's control says. */

/** `off`: only what is always on takes power; `on`: the drive is ready; `working`: in a cycle. */
export type MachineLoad = 'off' | 'on' | 'working';
export interface MachineSeen {
  readonly load: MachineLoad;
  /** Cycles so far. */
  readonly count: number;
}

/** States of PackML in which the press has taken the power from its drive. */
const without: readonly unknown[] = ['Aborting', 'Aborted', 'Stopping', 'Stopped'];

/** @param answer of the press, see simulator/press/README.md @returns null: it is none */
export function seenOf(answer: unknown): MachineSeen | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { state, working, mode, count } = answer as Readonly<Record<string, unknown>>;
  if (typeof state !== 'string' || typeof working !== 'boolean' || typeof count !== 'number') return null;
  return { load: working ? 'working' : without.includes(state) || mode === 'maintenance' ? 'off' : 'on', count };
}

/** A machine that does not answer has no power. */
export const gone: MachineSeen = { load: 'off', count: 0 };
