/** The heartbeat of the plant view: which server answers, and how far its read model is behind. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PlantHealth } from '#contract/plant/base.ts';

/** The contract promises one at least every 5 s. */
const everyMs = 3_000;

/** @param read the values now. Ends with the signal. */
export async function* heartbeat(
  read: () => Promise<PlantHealth>,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlantHealth> {
  while (signal?.aborted !== true) {
    yield await read();
    try {
      await pause(everyMs, undefined, signal === undefined ? {} : { signal });
    } catch {
      return;
    }
  }
}
