/** Work that is done again and again beside what is asked for; a failure is told and waits for the next time. */
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** @param everyMs pause after each time, so that slow work is never done twice at once. Begins after the first pause. */
export function repeat(
  clock: Clock,
  everyMs: number,
  work: () => Promise<unknown>,
  log: Log,
  problem: string,
): { cancel(): void } {
  let over = false;
  const again = (): { cancel(): void } =>
    clock.setTimer(everyMs, () => {
      work()
        .catch((error: unknown) => log.warn({ err: error }, problem))
        .finally(() => {
          if (!over) timer = again();
        });
    });
  let timer = again();
  return {
    cancel() {
      over = true;
      timer.cancel();
    },
  };
}
