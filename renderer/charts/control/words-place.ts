/** Where words beside a ringed point hide least of the chart. Pure. */

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What words should not lie on, in the unit of the rectangles. */
export interface Drawn {
  /** Heights of level lines, and half of what is kept free of them. */
  readonly lines: readonly number[];
  readonly lineAir: number;
  /** Middles of points, and their radius. */
  readonly dots: readonly (readonly [left: number, top: number])[];
  readonly radius: number;
}

/** The first of the places inside `box` that hides the fewest lines and points; null: none of them is inside. */
export function freest(places: readonly Rect[], box: Rect, { lines, lineAir, dots, radius }: Drawn): Rect | null {
  let best: Rect | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const [right, bottom] = [place.left + place.width, place.top + place.height];
    if (place.left < box.left || right > box.left + box.width) continue;
    if (place.top < box.top || bottom > box.top + box.height) continue;
    const hidden =
      lines.filter((line) => line > place.top - lineAir && line < bottom + lineAir).length +
      dots.filter(
        ([left, top]) =>
          left > place.left - radius && left < right + radius && top > place.top - radius && top < bottom + radius,
      ).length;
    if (hidden < least) [best, least] = [place, hidden];
  }
  return best;
}
