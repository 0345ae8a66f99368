import { describe, expect, it } from 'vitest';
import { jobsOf, readShare, shareFault, sumOf } from './shares.ts';

describe('shares', () => {
  it('are whole numbers; empty is none', () => {
    expect([readShare(' 12 '), readShare(''), readShare('1.5'), readShare('-3'), readShare('x')]).toEqual([
      12,
      0,
      null,
      null,
      null,
    ]);
  });
  it('must add up to the quantity', () => {
    expect(shareFault({ L1: '60', L2: '40' }, 100)).toBeNull();
    expect(shareFault({ L1: '60', L2: '' }, 100)).toBe('sum');
    expect(shareFault({ L1: '60', L2: 'many' }, 60)).toBe('not-whole');
    expect(sumOf({ L1: '60', L2: '40' })).toBe(100);
  });
  it('leave a line what it has begun', () => {
    expect(shareFault({ L1: '10', L2: '90' }, 100, { L1: 11 })).toBe('below-begun');
    expect(shareFault({ L1: '11', L2: '89' }, 100, { L1: 11 })).toBeNull();
    expect(shareFault({ L2: '100' }, 100, { L1: 1 })).toBe('below-begun');
  });
  it('are sent without the lines that get nothing', () => {
    expect(jobsOf({ L1: '60', L2: '', L3: '0' })).toEqual([{ lineId: 'L1', quantity: 60 }]);
  });
});
