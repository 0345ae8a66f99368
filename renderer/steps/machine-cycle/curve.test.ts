import { expect, it } from 'vitest';
import { Curve } from './curve.ts';

const frame = (from: number, x: number[], traceId = 'a') => ({ traceId, from, x, y: x.map((v) => v * 2), done: false });

it('appends frames, begins anew at 0, and never doubles points after a reconnect', () => {
  const curve = new Curve();
  curve.take(frame(0, [1, 2]));
  curve.take(frame(2, [3]));
  expect(curve.x).toEqual([1, 2, 3]);
  curve.take(frame(0, [1, 2, 3, 4]));
  expect(curve.x).toEqual([1, 2, 3, 4]);
  expect(curve.y).toEqual([2, 4, 6, 8]);
  curve.take(frame(0, [9], 'b'));
  expect(curve.x).toEqual([9]);
});
