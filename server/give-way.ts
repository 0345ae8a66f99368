/**
 * Work that may wait gives way to stations that send backlogs: on this thread, and at an embedded database also in its one
 * connection. What happens now, a few facts at a time, keeps nobody waiting.
 */
import { setTimeout as pause } from 'node:timers/promises';

export interface GiveWay {
  /** Others rest while it runs, and until the next one had time to come. */
  first<T>(run: () => Promise<T>): Promise<T>;
  /** Called before a piece of work that may wait: until nobody goes first any more, at most `longestMs`. */
  rest(longestMs: number): Promise<void>;
}

/** From an answer to the station's next batch. */
const lingerMs = 25;
const lookMs = 5;

export function createGiveWay(): GiveWay {
  let running = 0;
  let endedAt = Number.NEGATIVE_INFINITY;
  const busy = (): boolean => running > 0 || performance.now() - endedAt < lingerMs;
  return {
    async first(run) {
      running += 1;
      try {
        return await run();
      } finally {
        running -= 1;
        endedAt = performance.now();
      }
    },
    async rest(longestMs) {
      const until = performance.now() + longestMs;
      // Also where nobody goes first: who waits for this thread comes in between two pieces.
      await new Promise((resolve) => setImmediate(resolve));
      while (busy() && performance.now() < until) await pause(lookMs);
    },
  };
}
