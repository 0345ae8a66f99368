/** Looks at the machine's control (`GET /`, simulator/line/control.ts) again and again, for what the meter's load depends on. */

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
const gone: MachineSeen = { load: 'off', count: 0 };

/**
 * @param address e.g. `http://127.0.0.1:48410`
 * @param everyMs between an answer and the next question, and how long an answer may take at least
 * @returns ends it
 */
export function followMachine(address: string, everyMs: number, hear: (seen: MachineSeen) => void): () => void {
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  async function look(): Promise<void> {
    let seen: MachineSeen | null = null;
    try {
      const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(Math.max(2_000, everyMs))]);
      seen = seenOf(await (await fetch(address, { signal })).json());
    } catch {
      // Not there, or not yet.
    }
    if (ended.signal.aborted) return;
    hear(seen ?? gone);
    timer = setTimeout(() => void look(), everyMs);
  }
  void look();
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}
