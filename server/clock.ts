/** Where time comes into the server; tests give their own. */
export interface Clock {
  /** UTC ms; may step. */
  now(): number;
  setTimer(ms: number, run: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
