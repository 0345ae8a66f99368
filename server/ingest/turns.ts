/**
 * Batches of one stream take turns on this instance, the lower number first, so that a station may send the next batch
 * before the answer to the last one came. Their requests can overtake each other on the way here: one that comes too early
 * waits a little for the one before it instead of being answered with a gap at once. Between instances the stream's row
 * decides (store-batch.ts).
 */
export interface Turns {
  /** @param isEarly whether the result says that events before the batch are missing. */
  inTurn<T>(streamId: number, first: number, run: () => Promise<T>, isEarly: (result: T) => boolean): Promise<T>;
}

/** How long the batch before may be on its way, ms. A true gap is answered so much later. */
const patienceMs = 150;

interface Turn {
  readonly first: number;
  readonly done: Promise<unknown>;
}

export function createTurns(): Turns {
  const running = new Map<number, Set<Turn>>();
  const waiting = new Map<number, Set<() => void>>();

  const afterThoseBefore = <T>(streamId: number, first: number, run: () => Promise<T>): Promise<T> => {
    const turns = running.get(streamId) ?? new Set<Turn>();
    running.set(streamId, turns);
    const before = [...turns].filter((turn) => turn.first <= first).map(({ done }) => done);
    const result = before.length === 0 ? run() : Promise.all(before).then(run);
    const done = result.then(
      () => undefined,
      () => undefined,
    );
    const turn: Turn = { first, done };
    turns.add(turn);
    void done.then(() => {
      turns.delete(turn);
      if (turns.size === 0) running.delete(streamId);
    });
    return result;
  };

  /** @returns whether another batch of the stream was stored meanwhile. */
  const another = (streamId: number, ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      const all = waiting.get(streamId) ?? new Set<() => void>();
      waiting.set(streamId, all);
      const end = (came: boolean): void => {
        clearTimeout(timer);
        all.delete(heard);
        if (all.size === 0 && waiting.get(streamId) === all) waiting.delete(streamId);
        resolve(came);
      };
      const heard = (): void => end(true);
      const timer = setTimeout(() => end(false), ms);
      all.add(heard);
    });

  return {
    async inTurn(streamId, first, run, isEarly) {
      const until = performance.now() + patienceMs;
      for (;;) {
        const result = await afterThoseBefore(streamId, first, run);
        if (!isEarly(result)) {
          for (const heard of waiting.get(streamId) ?? []) heard();
          return result;
        }
        const rest = until - performance.now();
        if (rest <= 0 || !(await another(streamId, rest))) return result;
      }
    },
  };
}
