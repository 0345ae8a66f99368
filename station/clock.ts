/** Where time comes into the station; tests give their own. */
export interface Clock {
  /** UTC ms; may step. */
  now(): number;
  /** ms since an arbitrary start; never steps. */
  monotonic(): number;
  setTimer(ms: number, run: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
