/** Where time comes into the station; tests give their own. */
export interface Clock {
  /** UTC ms; may step. */
  now(): number;
  /** ms since the machine was started; never steps. */
  monotonic(): number;
  setTimer(ms: number, run: () => void): { cancel(): void };
}

/** Facts carry the boot id with this clock, so it must run through restarts of the program. */
const bootToStartMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => bootToStartMs + performance.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
