import { describe, expect, it } from 'vitest';
import { falseAlarmRate } from './false-alarm.ts';
import { isRefused, type Refused } from './reason.ts';
import { chosenRules, ruleSets, type Rule } from './rule-sets.ts';

const fine = <T>(answer: T | Refused): T => {
  if (isRefused(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};
const western = (use: number[]): readonly Rule[] => fine(chosenRules({ set: 'western-electric', use }));

describe('false alarms', () => {
  // C. W. Champ and W. H. Woodall, Technometrics 29 (1987), table 1 at shift 0. They count "2 of 3" from the second point on,
  // here a window must be whole: hence 0.2 %.
  it.each([
    [[1], 370.4],
    [[1, 2], 225.44],
    [[1, 3], 166.05],
    [[1, 4], 152.73],
    [[1, 2, 3], 132.89],
    [[1, 2, 4], 122.05],
    [[1, 3, 4], 105.78],
    [[1, 2, 3, 4], 91.75],
  ])('Western Electric %j: %d', (use, arl) => {
    const found = fine(falseAlarmRate(western(use)));
    expect(found).toMatchObject({ method: 'chain', error: 0 });
    expect(found.arl! / arl).toBeCloseTo(1, 2);
    expect(found.rate).toBeCloseTo(1 / found.arl!, 12);
  });
  it('nine on one side alone is known exactly: 2^9 - 1 = 511 over both sides', () => {
    // Runs of a fair coin: (2^r - 1) flips until r alike of either side.
    expect(fine(falseAlarmRate([{ id: '2', kind: 'same-side', points: 9 }])).arl).toBeCloseTo(511, 4);
  });
  it('simulation agrees with the chain, and gives its error', () => {
    const never: Rule = { id: 'x', kind: 'trend', points: 32 };
    const simulated = fine(falseAlarmRate([...western([1, 2, 3, 4]), never]));
    const exact = fine(falseAlarmRate(western([1, 2, 3, 4])));
    expect(simulated.method).toBe('simulation');
    expect(Math.abs(simulated.arl! - exact.arl!)).toBeLessThan(4 * simulated.error);
    expect(fine(falseAlarmRate([...western([1, 2, 3, 4]), never]))).toEqual(simulated);
  }, 240_000);
  it('more rules give more false alarms; all eight of Nelson less than 100 points apart', () => {
    const all = fine(falseAlarmRate(ruleSets.nelson));
    expect(all.arl).toBeLessThan(100);
    expect(all.arl).toBeGreaterThan(50);
  }, 240_000);
  it('no rules, or one that cannot be, are refused', () => {
    expect(isRefused(falseAlarmRate([]))).toBe(true);
    expect(isRefused(falseAlarmRate([{ id: '1', kind: 'same-side', points: 99 }]))).toBe(true);
  });
});
