import { describe, expect, it } from 'vitest';
import { settingsSchema } from '#contract/rpc/settings.ts';
import { least, lineMm, most, moved, standardPxPerMm } from './calibration.ts';

describe('the line against the ruler', () => {
  it('grows and shrinks by whole pixels and comes back', () => {
    expect(moved(3.6, 1) * lineMm).toBeCloseTo(361, 6);
    expect(moved(moved(3.6, 1), -1)).toBe(3.6);
    expect(moved(standardPxPerMm, 0)).toBe(3.78);
  });
  it('stays inside what the station takes', () => {
    const accepts = (pxPerMm: number): boolean => settingsSchema.shape.pxPerMm.safeParse(pxPerMm).success;
    expect(accepts(moved(least, -10))).toBe(true);
    expect(accepts(moved(most, 10))).toBe(true);
    expect([accepts(least - 0.001), accepts(most + 0.001)]).toEqual([false, false]);
  });
});
