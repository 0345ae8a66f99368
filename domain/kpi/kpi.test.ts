import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefused } from '#domain/spc/reason.ts';
import { elements, keyFigures } from './iso22400.ts';
import { logEffectiveness, shiftEffectiveness } from './oee.ts';

const numbers = (answer: unknown): number[] =>
  typeof answer === 'number'
    ? [answer]
    : typeof answer === 'object' && answer !== null
      ? Object.values(answer).flatMap(numbers)
      : [];
const amount = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1e308, 5e-324, -1, Number.NaN, Infinity));

describe('ISO 22400-2', () => {
  it('never answers NaN or Infinity', () => {
    const given = fc.dictionary(fc.constantFrom(...elements), amount);
    fc.assert(
      fc.property(given, (each) => numbers(keyFigures(each)).every(Number.isFinite)),
      { numRuns: 500 },
    );
  });
  it('a figure without its elements, or over 0, is null; setup is no loss in NEE', () => {
    expect(keyFigures({ PQ: 5, GQ: 4, PBT: 0, APT: 3 })).toMatchObject({
      qualityRatio: 0.8,
      availability: null,
      oeeIndex: null,
      scrapRatio: null,
    });
    const whole = keyFigures({ APT: 6, AUST: 2, PBT: 10, PRI: 1, PQ: 6, GQ: 6 });
    expect(whole).toMatchObject({ availability: 0.6, oeeIndex: 0.6, neeIndex: 0.8, setupRate: 0.25 });
  });
  it('a negative element is refused by name', () => {
    expect(keyFigures({ PQ: -1 })).toMatchObject({ refused: { code: 'kpi.impossible', params: { name: 'PQ' } } });
  });
});

describe('OEE', () => {
  const shift = {
    shiftLength: 480,
    plannedBreaks: 30,
    downtime: 50,
    idealCycleTime: 1,
    totalCount: 300,
    goodCount: 290,
  };
  it('losses and the productive time add up to the planned time', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.nat(100),
        fc.nat(400),
        fc.nat(400),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (plannedBreaks, downtime, a, b, idealCycleTime) => {
          const found = shiftEffectiveness({
            ...shift,
            plannedBreaks,
            downtime,
            idealCycleTime,
            totalCount: Math.max(a, b),
            goodCount: Math.min(a, b),
          });
          if (isRefused(found)) throw new Error(JSON.stringify(found));
          const { availabilityLoss, performanceLoss, qualityLoss, fullyProductiveTime, plannedProductionTime } = found;
          expect(availabilityLoss + performanceLoss + qualityLoss + fullyProductiveTime).toBeCloseTo(
            plannedProductionTime,
            8,
          );
        },
      ),
    );
  });
  it('without a piece or without a minute there is no quality, no performance, no OEE', () => {
    expect(shiftEffectiveness({ ...shift, totalCount: 0, goodCount: 0 })).toMatchObject({
      performance: 0,
      quality: null,
      oee: null,
    });
    expect(shiftEffectiveness({ ...shift, downtime: 450, totalCount: 0, goodCount: 0 })).toMatchObject({
      availability: 0,
      performance: null,
      oee: null,
    });
    expect(shiftEffectiveness({ ...shift, shiftLength: 30, downtime: 0 })).toMatchObject({
      availability: null,
      oee: null,
    });
  });
  it.each([
    ['goodCount', 301],
    ['downtime', 451],
    ['plannedBreaks', 481],
    ['idealCycleTime', -1],
    ['totalCount', Number.NaN],
  ])('%s %d is refused', (name, value) => {
    expect(shiftEffectiveness({ ...shift, [name]: value })).toMatchObject({ refused: { params: { name } } });
  });
  const event = (minute: number, state: string, partCount: number | null, badCount: number | null = 0) => ({
    at: minute * 60_000,
    state,
    partCount,
    badCount,
  });
  const window = { stop: 60 * 60_000, plannedTime: 3_600, idealCycleTime: 60, runningState: 'run' };
  it('a counter reset and a reading that failed count nothing', () => {
    const found = logEffectiveness(
      [event(0, 'run', 100), event(10, 'run', 110), event(20, 'stop', 5), event(30, 'run', null), event(40, 'run', 15)],
      window,
    );
    expect(found).toMatchObject({ parts: 20, runTime: 3_000 });
  });
  it('only what lies in the window runs', () => {
    expect(
      logEffectiveness([event(0, 'run', 0), event(50, 'stop', 9), event(70, 'run', 9)], {
        ...window,
        start: 20 * 60_000,
      }),
    ).toMatchObject({ runTime: 1_800 });
    expect(logEffectiveness([], window)).toMatchObject({ runTime: 0, availability: 0, performance: null, oee: null });
  });
  it('events out of order are refused with the place', () => {
    expect(logEffectiveness([event(5, 'run', 0), event(4, 'run', 0)], window)).toMatchObject({
      refused: { params: { name: 'events[1].time' } },
    });
  });
});
