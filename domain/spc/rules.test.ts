import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefused, type Refused } from './reason.ts';
import { chosenRules, ruleSets, type Rule, type RuleLines } from './rule-sets.ts';
import { createRuleWatch, findSignals, membersOf, standardLines, type RuleSignals } from './rules.ts';

const fine = <T>(answer: T | Refused): T => {
  if (isRefused(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};

/** The rules once more, written from their wording alone: every window is cut out and asked. */
function naive(rule: Rule, data: readonly number[], { center, sigma }: RuleLines): { at: number[]; members: number[] } {
  const line = 'sigmas' in rule ? rule.sigmas * sigma : 0;
  const [upper, lower] = [center + line, center - line];
  const size = rule.kind === 'beyond' ? 1 : rule.points;
  const at: number[] = [];
  const members = new Set<number>();
  for (let end = size - 1; end < data.length; end += 1) {
    const window = data.slice(end - size + 1, end + 1);
    if (window.some(Number.isNaN)) continue;
    const steps = window.slice(1).map((x, i) => Math.sign(x - window[i]!));
    const last = window.at(-1)!;
    const beyondOnSide = (x: number): boolean => (last > upper ? x > upper : last < lower ? x < lower : false);
    const met = {
      beyond: () => last > upper || last < lower,
      'same-side': () => window.every((x) => x > center) || window.every((x) => x < center),
      trend: () => steps.every((s) => s > 0) || steps.every((s) => s < 0),
      alternating: () => steps.every((s, i) => s !== 0 && (i === 0 || s === -steps[i - 1]!)),
      within: () => window.every((x) => x < upper && x > lower),
      outside: () =>
        window.every((x) => x > upper || x < lower) &&
        (!(rule.kind === 'outside' && rule.bothSides) ||
          (window.some((x) => x > upper) && window.some((x) => x < lower))),
      'most-beyond': () =>
        window.filter(beyondOnSide).length >= (rule.kind === 'most-beyond' ? rule.count : 0) && beyondOnSide(last),
    }[rule.kind]();
    if (!met) continue;
    at.push(end);
    window.forEach((x, i) => {
      if (rule.kind !== 'most-beyond' || beyondOnSide(x)) members.add(end - size + 1 + i);
    });
  }
  return { at, members: [...members].sort((a, b) => a - b) };
}

const rule: fc.Arbitrary<Rule> = fc
  .record({
    kind: fc.constantFrom('beyond', 'same-side', 'trend', 'alternating', 'within', 'outside', 'most-beyond'),
    points: fc.oneof(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 32 })),
    count: fc.integer({ min: 1, max: 5 }),
    sigmas: fc.constantFrom(1, 2, 3, 0.5, 1.5),
    bothSides: fc.boolean(),
  })
  .map((shape) => ({ id: '1', ...shape, count: Math.min(shape.count, shape.points) }) as Rule);

/** Few distinct values, so that ties, runs and points on a line are frequent; sometimes missing, far off or huge. */
const point = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -7, max: 7 }).map((n) => n / 2) },
  { weight: 4, arbitrary: fc.double({ min: -3.5, max: 3.5, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 1e300, -1e300, 5e-324, Infinity, -Infinity) },
);
/** Pieces that fulfil a rule now and then. */
const piece = fc.oneof(
  fc.array(point, { minLength: 1, maxLength: 12 }),
  fc.tuple(point, fc.integer({ min: 1, max: 40 })).map(([x, n]) => Array.from({ length: n }, () => x)),
  fc.integer({ min: 1, max: 40 }).map((n) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1.2 : -1.3))),
  fc.integer({ min: 1, max: 40 }).map((n) => Array.from({ length: n }, (_, i) => i / 10 - 1)),
);
const data = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.flat());
const lines = fc.constantFrom(
  standardLines,
  { center: 0.5, sigma: 0.5 },
  { center: 0, sigma: 0 },
  { center: 0.1, sigma: 0.3 },
  { center: 0, sigma: 1e-200 },
);

describe('run rules', () => {
  it('find what their wording says, in a series and one point at a time', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), data, lines, (several, points, at) => {
        const rules = several.map((each, i) => ({ ...each, id: String(i) }));
        const typed = Float64Array.from(points);
        const found = fine(findSignals(typed, rules, at));
        const watch = fine(createRuleWatch(rules, at, 0));
        const hits = points.map((x) => watch.add(x));
        for (const [r, each] of rules.entries()) {
          const wanted = naive(each, points, at);
          expect(found[r]!.at).toEqual(wanted.at);
          expect(membersOf(found[r]!, typed, at)).toEqual(wanted.members);
          // The watch takes an infinite value as missing, as every chart does.
          if (points.some((x) => Math.abs(x) === Infinity)) continue;
          const seen = hits.flat().filter((hit) => hit.rule.id === each.id);
          expect(seen.map((hit) => hit.at)).toEqual(wanted.at);
          expect([...new Set(seen.flatMap((hit) => hit.members))].sort((a, b) => a - b)).toEqual(wanted.members);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('do not depend on where the points lie or how they are scaled, and are the same mirrored', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 200 }),
        fc.integer({ min: -8, max: 8 }),
        (ints, power) => {
          const of = (points: readonly number[], at: RuleLines) =>
            fine(findSignals(Float64Array.from(points), ruleSets.nelson, at)).map((each) => each.at);
          const plain = of(ints, { center: 3, sigma: 10 });
          const scale = 2 ** power;
          expect(
            of(
              ints.map((x) => (x + 64) * scale),
              { center: 67 * scale, sigma: 10 * scale },
            ),
          ).toEqual(plain);
          expect(
            of(
              ints.map((x) => -x),
              { center: -3, sigma: 10 },
            ),
          ).toEqual(plain);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a watch that starts on the newest points says what one over everything says', () => {
    const all = Array.from({ length: 300 }, (_, i) => Math.sin(i * 1.7) * 2.2 + Math.sin(i / 9));
    const long = fine(createRuleWatch(ruleSets['western-electric'], standardLines, 0));
    const late = fine(createRuleWatch(ruleSets['western-electric'], standardLines, 200));
    const says = all.map((x) => long.add(x));
    for (let i = 200; i < 300; i += 1)
      if (i < 264) late.add(all[i]);
      else expect(late.add(all[i])).toEqual(says[i]);
  });

  it('say nothing across a missing point', () => {
    const eight = Array.from({ length: 9 }, () => 0.5);
    const broken = [...eight.slice(0, 4), Number.NaN, ...eight.slice(4)];
    const at = (points: readonly number[]): readonly RuleSignals[] =>
      fine(findSignals(Float64Array.from(points), ruleSets.nelson, standardLines));
    expect(at(eight)[1]!.at).toEqual([8]);
    expect(at(broken)[1]!.at).toEqual([]);
  });
});

describe('a choice of rules', () => {
  it('takes a set, some of its rules and other run lengths', () => {
    expect(fine(chosenRules({ set: 'nelson', use: [1, 2], runs: { '2': 7 } }))).toEqual([
      { id: '1', kind: 'beyond', sigmas: 3 },
      { id: '2', kind: 'same-side', points: 7 },
    ]);
    expect(fine(chosenRules({ set: 'aiag' })).map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });
  it.each([
    [
      { set: 'nelson', use: [9] },
      { name: 'rules', value: '9' },
    ],
    [
      { set: 'nelson', runs: { '2': 1 } },
      { name: 'rules.2.points', value: 1 },
    ],
    [
      { set: 'nelson', runs: { '7': 33 } },
      { name: 'rules.7.points', value: 33 },
    ],
    [
      { set: 'nelson', runs: { '6': 3 } },
      { name: 'rules.6.count', value: 4 },
    ],
    [
      { set: 'nelson', runs: { '3': 6.5 } },
      { name: 'rules.3.points', value: 6.5 },
    ],
  ] as const)('%j is refused with the place', (choice, params) => {
    expect(chosenRules(choice)).toMatchObject({ refused: { code: 'spc.parameter', params } });
  });
  it.each([
    { center: Number.NaN, sigma: 1 },
    { center: 0, sigma: -1 },
    { center: 0, sigma: Infinity },
  ])('%j are no lines', (at) => {
    expect(isRefused(findSignals(new Float64Array(40), ruleSets.nelson, at))).toBe(true);
    expect(isRefused(createRuleWatch(ruleSets.nelson, at))).toBe(true);
  });
});
