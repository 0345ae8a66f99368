import { describe, expect, it } from 'vitest';
import { dueState, possible, statusLook } from './order-words.ts';

describe('an order’s words', () => {
  it('are late only while the order is not over', () => {
    expect(dueState(1_000, 'released', 4_000)).toEqual({ kind: 'late', ms: 3_000 });
    expect(dueState(1_000, 'closed', 4_000)).toEqual({ kind: 'ahead', ms: -3_000 });
    expect(dueState(4_000, 'created', 1_000)).toEqual({ kind: 'ahead', ms: 3_000 });
    expect(dueState(null, 'created', 1_000)).toEqual({ kind: 'none' });
  });
  it('offer only what can follow', () => {
    expect(possible('created')).toEqual({ release: true, hold: false, close: true });
    expect(possible('released')).toEqual({ release: false, hold: true, close: true });
    expect(possible('held')).toEqual({ release: true, hold: false, close: true });
    expect(possible('closed')).toEqual({ release: false, hold: false, close: false });
  });
  it('have a shape of their own each', () => {
    const shapes = Object.values(statusLook).map(({ shape }) => shape);
    expect(new Set(shapes).size).toBe(shapes.length);
  });
});
