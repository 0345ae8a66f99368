/** How far an axis goes and how many decimals figures have that stand together. Pure. */

const round = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10];

/** @returns the next round number that is not below `most`; 1 where that is nothing */
export function roundAbove(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  // Free of the dust of binary fractions: 1.2 * 0.1 is more than 0.12.
  const above = round.map((step) => Number((step * power).toPrecision(3)));
  return above.find((value) => value >= most) ?? 10 * power;
}

/** @returns as many as it takes to write each of them as it is, 6 at most: for the few round values of an axis */
export function decimalsExact(values: readonly number[]): number {
  const all = [0, 1, 2, 3, 4, 5];
  return all.find((n) => values.every((value) => Math.abs(value - Number(value.toFixed(n))) < 1e-9)) ?? 6;
}

/**
 * Small meters need more than large ones; three digits that count are enough for a person.
 * @returns decimals of all amounts that stand in one column, by the largest of them, 4 at most
 */
export function decimalsOf(values: readonly number[]): number {
  const most = Math.max(0, ...values.map(Math.abs));
  return most === 0 ? 0 : Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(most))));
}
