import { describe, expect, it } from 'vitest';
import { paceOf } from './pace.ts';

describe('pace', () => {
  it('is nothing without a target', () => {
    expect(paceOf(4, null, 30)).toBeNull();
    expect(paceOf(4, 0, 30)).toBeNull();
  });
  it('compares with what is due by now, not with the whole hour', () => {
    expect(paceOf(7, 14, 30)).toEqual({ share: 0.5, hour: 0.5, behind: false });
    expect(paceOf(5, 14, 30)).toMatchObject({ behind: true });
    expect(paceOf(5, 14, 20)).toMatchObject({ behind: false });
  });
  it('does not call the piece in work a delay', () => {
    expect(paceOf(0, 14, 4)).toMatchObject({ behind: false });
    expect(paceOf(0, 14, 5)).toMatchObject({ behind: true });
  });
  it('stays in its bar when more was made than asked for', () => {
    expect(paceOf(30, 14, 59)).toMatchObject({ share: 1, behind: false });
  });
});
