/** Looks at another machine's control (`GET /`, control.ts) again and again. */

/** @param address of the option `--machine`; empty: it follows none. @throws Error naming the option where it is none */
export function checkMachine(address: string): void {
  if (address !== '' && !URL.canParse(address))
    throw new Error(`--machine must be an address such as http://127.0.0.1:48410, got ${address}`);
}

/**
 * @param address e.g. `http://127.0.0.1:48410`
 * @param everyMs between an answer and the next question, and how long an answer may take at least
 * @param read of what was answered; null: it is none of that machine
 * @param hear null: the machine did not answer, or not so; the next question waits until it is done with it
 * @returns ends it; resolves when a look that is under way is over
 */
export function followMachine<T>(
  address: string,
  everyMs: number,
  read: (answer: unknown) => T | null,
  hear: (seen: T | null) => void | Promise<void>,
): () => Promise<void> {
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  async function look(): Promise<void> {
    let seen: T | null = null;
    try {
      const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(Math.max(2_000, everyMs))]);
      seen = read(await (await fetch(address, { signal })).json());
    } catch {
      // Not there, or not yet.
    }
    if (ended.signal.aborted) return;
    await hear(seen);
    if (!ended.signal.aborted) timer = setTimeout(() => (looking = look()), everyMs);
  }
  looking = look();
  return async () => {
    ended.abort();
    clearTimeout(timer);
    await looking;
  };
}
