import { describe, expect, it } from 'vitest';
import type { WorkPace } from '#contract/rpc/execution.ts';
import { paceOf } from './pace.ts';

const minute = 60_000;
type Span = readonly [from: number, to: number, kind: WorkPace['calendar'][number]['kind']];
const pace = (pieces: number, ...spans: readonly Span[]): WorkPace => ({
  taktMs: (60 / pieces) * minute,
  hour: { from: 0, to: 60 * minute },
  calendar: spans.map(([from, to, kind]) => ({ from: from * minute, to: to * minute, kind })),
});
const whole = pace(14, [0, 60, 'working']);
const at = (passes: number, of: WorkPace | null, minutes: number) => paceOf(passes, of, minutes * minute);

describe('pace', () => {
  it('is nothing without a takt, and where nothing is planned', () => {
    expect(at(4, null, 30)).toBeNull();
    expect(at(4, pace(14, [0, 60, 'unplanned']), 30)).toBeNull();
    expect(at(4, pace(14, [0, 30, 'break'], [30, 60, 'planned']), 30)).toBeNull();
    expect(at(0, pace(14, [0, 58, 'unplanned'], [58, 60, 'working']), 59)).toBeNull();
  });
  it('compares with what is due by now, not with the whole hour', () => {
    expect(at(7, whole, 30)).toEqual({ target: 14, share: 0.5, due: 0.5, behind: false });
    expect(at(5, whole, 30)).toMatchObject({ behind: true });
    expect(at(5, whole, 20)).toMatchObject({ behind: false });
  });
  it('a break asks for nothing, and nothing is due in it', () => {
    const broken = pace(12, [0, 15, 'working'], [15, 45, 'break'], [45, 60, 'working']);
    expect(at(3, broken, 15)).toEqual({ target: 6, share: 0.5, due: 0.5, behind: false });
    expect(at(3, broken, 44)).toEqual({ target: 6, share: 0.5, due: 0.5, behind: false });
    expect(at(3, broken, 60)).toMatchObject({ due: 1, behind: true });
  });
  it('a shift that begins within the hour is asked for its part', () => {
    expect(at(0, pace(12, [0, 30, 'unplanned'], [30, 60, 'working']), 30)).toEqual({
      target: 6,
      share: 0,
      due: 0,
      behind: false,
    });
  });
  it('does not call the piece in work a delay', () => {
    expect(at(0, whole, 4)).toMatchObject({ behind: false });
    expect(at(0, whole, 5)).toMatchObject({ behind: true });
  });
  it('stays in its bar when more was made than asked for', () => {
    expect(at(30, whole, 59)).toMatchObject({ share: 1, behind: false });
  });
});
