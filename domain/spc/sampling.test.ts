import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefused, type Refused } from './reason.ts';
import { acceptanceProbability, samplingPlan, switchInspection, type PlanNumbers } from './sampling.ts';
import { aqls, codeLetters, inspectionLevels, inspections, type Inspection } from './sampling-tables.ts';

const fine = <T>(answer: T | Refused): T => {
  if (isRefused(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};
const lotOf: Readonly<Record<string, number>> = {
  A: 8,
  B: 15,
  C: 25,
  D: 50,
  E: 90,
  F: 150,
  G: 280,
  H: 500,
  J: 1_200,
  K: 3_200,
  L: 10_000,
  M: 35_000,
  N: 150_000,
  P: 500_000,
  Q: 500_001,
};
const cell = (letter: string, aql: number, inspection: Inspection) => {
  const { planLetter, n, ac, re } = fine(samplingPlan({ lotSize: lotOf[letter]!, level: 'II', aql, inspection }));
  return [planLetter, n, ac, re];
};

describe('single sampling plans', () => {
  // MIL-STD-105E Table II-A, AQL 0.65 to 15, rejection numbers row by row ("d": arrow down, "u": arrow up).
  const columns = [0.65, 1, 1.5, 2.5, 4, 6.5, 10, 15];
  const normal: Readonly<Record<string, string>> = {
    A: 'd d d d d 1 d d',
    B: 'd d d d 1 u d 2',
    C: 'd d d 1 u d 2 3',
    D: 'd d 1 u d 2 3 4',
    E: 'd 1 u d 2 3 4 6',
    F: '1 u d 2 3 4 6 8',
    G: 'u d 2 3 4 6 8 11',
    H: 'd 2 3 4 6 8 11 15',
    J: '2 3 4 6 8 11 15 22',
    K: '3 4 6 8 11 15 22 u',
    L: '4 6 8 11 15 22 u u',
    M: '6 8 11 15 22 u u u',
    N: '8 11 15 22 u u u u',
    P: '11 15 22 u u u u u',
    Q: '15 22 u u u u u u',
  };
  const tightened: Readonly<Record<string, string>> = {
    A: 'd d d d d d d d',
    B: 'd d d d d 1 d d',
    C: 'd d d d 1 d d 2',
    D: 'd d d 1 d d 2 3',
    E: 'd d 1 d d 2 3 4',
    F: 'd 1 d d 2 3 4 6',
    G: '1 d d 2 3 4 6 9',
    H: 'd d 2 3 4 6 9 13',
    J: 'd 2 3 4 6 9 13 19',
    K: '2 3 4 6 9 13 19 u',
    L: '3 4 6 9 13 19 u u',
  };
  it.each([
    ['normal', normal],
    ['tightened', tightened],
  ] as const)('%s: every cell of the printed table', (inspection, table) => {
    for (const [letter, row] of Object.entries(table)) {
      for (const [i, printed] of row.split(' ').entries()) {
        const [planLetter, , , re] = cell(letter, columns[i]!, inspection);
        const step = codeLetters.indexOf(planLetter as 'A') - codeLetters.indexOf(letter as 'A');
        if (printed === 'd') expect(step, `${letter} ${columns[i]}`).toBeGreaterThan(0);
        else if (printed === 'u') expect(step, `${letter} ${columns[i]}`).toBeLessThan(0);
        else expect([step, re], `${letter} ${columns[i]}`).toEqual([0, Number(printed)]);
      }
    }
  });
  it('the corners of the tables', () => {
    expect(cell('E', 250, 'normal')).toEqual(['E', 13, 44, 45]);
    expect(cell('F', 100, 'normal')).toEqual(['E', 13, 21, 22]);
    expect(cell('A', 1000, 'normal')).toEqual(['A', 2, 30, 31]);
    expect(cell('A', 10, 'normal')).toEqual(['C', 5, 1, 2]);
    expect(fine(samplingPlan({ lotSize: 1e6, level: 'III', aql: 0.025, inspection: 'tightened' }))).toMatchObject({
      codeLetter: 'R',
      planLetter: 'S',
      n: 3150,
      ac: 1,
    });
    expect(fine(samplingPlan({ lotSize: 1e6, level: 'III', aql: 0.01, inspection: 'normal' }))).toMatchObject({
      codeLetter: 'R',
      planLetter: 'Q',
      n: 1250,
      ac: 0,
    });
    expect(cell('B', 15, 'reduced')).toEqual(['B', 2, 0, 2]);
    expect(cell('B', 100, 'reduced')).toEqual(['B', 2, 5, 6]);
    expect(cell('E', 40, 'reduced')).toEqual(['E', 5, 5, 8]);
    expect(
      samplingPlan({ lotSize: 2_000, level: 'II', aql: 0.65, inspection: 'reduced', standard: 'ISO 2859-1' }),
    ).toMatchObject({ ac: 1, re: 2 });
  });
  it('every question has a plan, with Re above Ac', () => {
    const lot = fc.oneof(fc.integer({ min: 2, max: 1_000 }), fc.integer({ min: 2, max: 2_000_000 }));
    fc.assert(
      fc.property(
        lot,
        fc.constantFrom(...inspectionLevels),
        fc.constantFrom(...inspections),
        (lotSize, level, inspection) => {
          const plans = aqls.map((aql) => fine(samplingPlan({ lotSize, level, aql, inspection })));
          for (const plan of plans) expect(plan.re).toBeGreaterThan(plan.ac);
        },
      ),
    );
  });
  it.each([
    [{ lotSize: 1 }, 'lotSize'],
    [{ lotSize: 10.5 }, 'lotSize'],
    [{ aql: 0.7 }, 'aql'],
    [{ aql: Number.NaN }, 'aql'],
    [{ level: 'IV' }, 'level'],
    [{ inspection: 'loose' }, 'inspection'],
  ])('%j is refused', (change, name) => {
    const question = { lotSize: 100, level: 'II', aql: 1, inspection: 'normal', ...change } as never;
    expect(samplingPlan(question)).toMatchObject({ refused: { code: 'spc.parameter', params: { name } } });
  });
  // Montgomery, 7th ed., table 15.2: n = 89, c = 2, p = 0.01 and 0.05.
  it('probability of acceptance is that of Montgomery’s OC curve', () => {
    expect(fine(acceptanceProbability({ n: 89, ac: 2 }, 1))).toBeCloseTo(0.9397, 4);
    expect(fine(acceptanceProbability({ n: 89, ac: 2 }, 5))).toBeCloseTo(0.1721, 4);
    expect(acceptanceProbability({ n: 89, ac: 2 }, 0)).toBe(1);
    expect(isRefused(acceptanceProbability({ n: 89, ac: 2 }, 101))).toBe(true);
    expect(isRefused(acceptanceProbability({ n: 89, ac: 2 }, 101, 'nonconformities'))).toBe(false);
  });
});

describe('switching', () => {
  const plan = (ac: number, re = ac + 1): PlanNumbers => ({ n: 80, ac, re });
  const plans = { normal: plan(2), tightened: plan(1), reduced: plan(1, 4), oneStepTighter: plan(1) };
  const states = (d: readonly number[], rules = {}) =>
    fine(
      switchInspection(
        d.map((each) => ({ d: each })),
        plans,
        rules,
      ),
    ).lots.map(({ next }) => next);

  it('a lot between Ac and Re of a reduced plan is accepted and ends reduced inspection', () => {
    const found = fine(switchInspection([{ d: 1 }, { d: 3 }], plans, { start: 'reduced' }));
    expect(found.lots).toEqual([
      { state: 'reduced', accepted: true, score: null, next: 'reduced' },
      { state: 'reduced', accepted: true, score: null, next: 'normal' },
    ]);
  });
  it('a resubmitted lot is judged and counts for nothing', () => {
    const lots = [{ d: 9 }, { d: 9, resubmitted: true }, { d: 0 }, { d: 0 }, { d: 0 }, { d: 0 }, { d: 9 }];
    expect(fine(switchInspection(lots, plans)).finalState).toBe('normal');
    expect(
      fine(
        switchInspection(
          lots.map(({ d }) => ({ d })),
          plans,
        ),
      ).finalState,
    ).toBe('tightened');
  });
  it('without leave there is no reduced inspection; other numbers can be chosen', () => {
    expect(states(Array.from({ length: 12 }, () => 0)).at(-1)).toBe('normal');
    expect(
      states(
        Array.from({ length: 12 }, () => 0),
        { reducedAllowed: true },
      )[9],
    ).toBe('reduced');
    expect(states([9, 0, 9], { tightenAfter: 3 })).toEqual(['normal', 'normal', 'normal']);
  });
  it('only goes where the rules allow', () => {
    const allowed = new Set([
      'normal>tightened',
      'tightened>normal',
      'normal>reduced',
      'reduced>normal',
      'tightened>discontinued',
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 80 }), (d) => {
        const { lots } = fine(
          switchInspection(
            d.map((each) => ({ d: each })),
            plans,
            { reducedAllowed: true },
          ),
        );
        for (const lot of lots) expect(lot.state === lot.next || allowed.has(`${lot.state}>${lot.next}`)).toBe(true);
      }),
    );
  });
  it('a count that cannot be is refused', () => {
    expect(switchInspection([{ d: 0 }, { d: -1 }], plans)).toMatchObject({ refused: { params: { at: 1 } } });
  });
});
