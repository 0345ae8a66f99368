/** How a station's clock is told. Pure. */
export type ClockState = 'unknown' | 'right' | 'fast' | 'slow';
/** Beyond this, ms, a clock is worth a word. */
export const driftLimitMs = 2_000;

/** @param driftMs station clock minus server clock. */
export function clockState(driftMs: number | null): ClockState {
  if (driftMs === null) return 'unknown';
  if (Math.abs(driftMs) <= driftLimitMs) return 'right';
  return driftMs > 0 ? 'fast' : 'slow';
}
