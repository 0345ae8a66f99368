/** Pixels per millimetre of the real panel, found by holding a ruler against a line that should be 100 mm long. */
export const lineMm = 100;
/** The contract's limits of `pxPerMm`. */
export const least = 2;
export const most = 30;

/** One CSS inch is 96 px: what a panel that reports nothing is taken to have. */
export const standardPxPerMm = 96 / 25.4;

/** Makes the line longer or shorter by `px` whole pixels and gives the new px per mm, three decimals, inside the limits. */
export function moved(pxPerMm: number, px: number): number {
  const length = Math.round(pxPerMm * lineMm) + px;
  return Math.min(most, Math.max(least, Math.round((length / lineMm) * 1000) / 1000));
}
