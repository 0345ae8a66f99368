/** Notices that the wall clock was moved (design law 10): set by hand, by a time server, or across a sleep of the machine. */
import type { Clock } from '#station/clock.ts';

/** A smaller difference within one look is scheduling or slewing, not a step; in ms. */
const stepMs = 2_000;

export interface ClockStep {
  /** ms the wall clock moved against the monotonic one; negative: backwards. */
  readonly byMs: number;
  /** UTC ms it would have shown. */
  readonly beforeAt: number;
  /** UTC ms it shows. */
  readonly afterAt: number;
}

export interface ClockWatch {
  /** To be called regularly; each step is returned once. */
  look(): ClockStep | null;
}

export function watchClock(clock: Pick<Clock, 'now' | 'monotonic'>): ClockWatch {
  let wall = clock.now();
  let mono = clock.monotonic();
  return {
    look() {
      const beforeAt = wall + (clock.monotonic() - mono);
      wall = clock.now();
      mono = clock.monotonic();
      const byMs = Math.round(wall - beforeAt);
      return Math.abs(byMs) > stepMs ? { byMs, beforeAt: Math.round(beforeAt), afterAt: wall } : null;
    },
  };
}
