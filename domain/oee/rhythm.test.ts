import { expect, it } from 'vitest';
import { rhythmOf } from './rhythm.ts';

it('outliers do not move what is called odd; a machine that repeats exactly has some air', () => {
  const steady = [18_000, 18_200, 18_400, 18_600, 18_800, 19_000, 19_200, 60_000];
  // Quartiles by hand: 18 350 and 19 050, 3 x 700 beyond them.
  expect(rhythmOf(steady)).toEqual({ median: 18_700, slowFrom: 22_440, fastUnder: 14_960 });
  expect(rhythmOf([1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000])).toEqual({
    median: 4500,
    slowFrom: 6250 + 3 * 3500,
    fastUnder: 2750 - 3 * 3500,
  });
  expect(rhythmOf(Array.from({ length: 8 }, () => 18_000))).toEqual({
    median: 18_000,
    slowFrom: 21_600,
    fastUnder: 14_400,
  });
  expect(rhythmOf(steady.slice(1))).toBeNull();
});
