import { describe, expect, it } from 'vitest';
import { grouped } from './grouped.ts';

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('questions asked together', () => {
  it('asks the first at once and those that come meanwhile together, each answered with its own', async () => {
    const groups: number[][] = [];
    const double = grouped<number, number>({ most: 3, atOnce: 1 }, async (numbers) => {
      groups.push([...numbers]);
      await later();
      return numbers.map((each) => 2 * each);
    });
    expect(await Promise.all([1, 2, 3, 4, 5].map(double))).toEqual([2, 4, 6, 8, 10]);
    expect(groups).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('asks each of a group alone when they fail together: the others are answered', async () => {
    const groups: number[][] = [];
    const half = grouped<number, number>({ most: 10, atOnce: 1 }, async (numbers) => {
      groups.push([...numbers]);
      await later();
      if (numbers.includes(3)) throw new Error('three');
      return numbers.map((each) => each / 2);
    });
    const answers = await Promise.allSettled([1, 2, 3, 4].map(half));
    expect(answers.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
      0.5,
      1,
      'Error: three',
      2,
    ]);
    expect(groups).toEqual([[1], [2, 3, 4], [2], [3], [4]]);
    expect(await half(8)).toBe(4);
  });

  it('asks no more groups at once than it may', async () => {
    let running = 0;
    let most = 0;
    const ask = grouped<number, number>({ most: 1, atOnce: 2 }, async (numbers) => {
      most = Math.max(most, ++running);
      await later();
      running -= 1;
      return numbers;
    });
    await Promise.all([1, 2, 3, 4, 5, 6].map(ask));
    expect(most).toBe(2);
  });
});
