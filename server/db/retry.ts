/** Transactions that lost against another one are tried again. */
import { setTimeout as pause } from 'node:timers/promises';
import { isWorthRetrying } from './errors.ts';

const tries = 5;

/** @param run one whole try, from BEGIN on. */
export async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === tries || !isWorthRetrying(error)) throw error;
      // Apart from each other, so that the same two do not meet again.
      await pause(5 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}
