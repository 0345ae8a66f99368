import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkPace } from '#contract/rpc/execution.ts';
import { paceNow } from './pace.ts';

const minute = 60_000;
const pace = (
  calendar: readonly (readonly [from: number, to: number, kind: WorkPace['calendar'][number]['kind']])[],
): WorkPace => ({
  taktMs: 4 * minute,
  hour: { from: 0, to: 60 * minute },
  calendar: calendar.map(([from, to, kind]) => ({ from: from * minute, to: to * minute, kind })),
});
const whole = pace([[-60, 60, 'working']]);

describe('pace of the work', () => {
  it('counts down the takt of the unit in hand, and on beyond it', () => {
    expect(paceNow(whole, 10 * minute, 2, 11 * minute).leftMs).toBe(3 * minute);
    expect(paceNow(whole, 10 * minute, 2, 15 * minute).leftMs).toBe(-minute);
    expect(paceNow(whole, null, 2, 15 * minute).leftMs).toBeNull();
  });

  it('asks for what the planned time of the hour has room for; it is behind when fewer passed than were due', () => {
    expect(paceNow(whole, null, 2, 11 * minute)).toMatchObject({ target: 15, due: 2, behind: false });
    expect(paceNow(whole, null, 1, 11 * minute)).toMatchObject({ due: 2, behind: true });
    // A tardy screen says no more than the hour.
    expect(paceNow(whole, null, 15, 75 * minute)).toMatchObject({ target: 15, due: 15, behind: false });
  });

  it('breaks and planned stops are nobody’s delay', () => {
    const broken = pace([
      [-60, 10, 'working'],
      [10, 40, 'break'],
      [40, 50, 'maintenance'],
      [50, 60, 'working'],
    ]);
    expect(paceNow(broken, 8 * minute, 2, 51 * minute)).toEqual({ leftMs: minute, target: 5, due: 2, behind: false });
    // Twelve minutes of planned time by now, although it is nearly over.
    expect(paceNow(broken, null, 2, 58 * minute)).toMatchObject({ due: 4, behind: true });
  });

  it('outside of all shifts the takt goes on and the hour asks for nothing', () => {
    const overtime = pace([[-60, 60, 'unplanned']]);
    expect(paceNow(overtime, 10 * minute, 0, 11 * minute)).toEqual({
      leftMs: 3 * minute,
      target: null,
      due: null,
      behind: false,
    });
  });

  it('who passes a unit per takt from before the hour on is never behind', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 239_999 }), fc.integer({ min: 0, max: 3_599_999 }), (first, now) => {
        const passed = now < first ? 0 : Math.floor((now - first) / whole.taktMs) + 1;
        expect(paceNow(whole, null, passed, now).behind).toBe(false);
      }),
    );
  });
});
