import { expect, it } from 'vitest';
import { freest } from './words-place.ts';

const box = { left: 0, top: 0, width: 100, height: 100 };
const at = (left: number, top: number) => ({ left, top, width: 20, height: 16 });
const nothing = { lines: [], lineAir: 2, dots: [], radius: 5 };

it('takes the first place inside the chart that hides nothing, or else the one that hides the least', () => {
  const [out, below, beside] = [at(40, -1), at(40, 30), at(70, 10)];
  expect(freest([out], box, nothing)).toBeNull();
  expect(freest([at(81, 10)], box, nothing)).toBeNull();
  expect(freest([out, below, beside], box, nothing)).toBe(below);
  expect(freest([below, beside], box, { ...nothing, lines: [47] })).toBe(beside);
  expect(freest([below, beside], box, { ...nothing, lines: [48] })).toBe(below);
  const crowded = { ...nothing, lines: [40], dots: [[50, 40] as const, [66, 20] as const] };
  expect(freest([below, beside], box, crowded)).toBe(beside);
});
