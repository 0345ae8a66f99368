/**
 * Time on the screen is the station's: ages and clocks stay right on a thin client whose own clock is wrong.
 * `now.at` ticks and re-renders; `stationNow()` is exact and does not.
 */
let offsetMs = 0;

class Now {
  /** UTC ms by the station's clock, a tick per 500 ms. */
  at = $state(Date.now());
}
export const now = new Now();

export function stationNow(): number {
  return Date.now() + offsetMs;
}

/** The station said what time it is; the way here takes a few ms, far below what is shown. */
export function setStationClock(at: number): void {
  offsetMs = at - Date.now();
  now.at = stationNow();
}

/** Converts an instant of this screen's clock (the link's states) to the station's. */
export function toStationTime(screenAt: number): number {
  return screenAt + offsetMs;
}

export function startTicking(): () => void {
  const timer = setInterval(() => (now.at = stationNow()), 500);
  return () => clearInterval(timer);
}
