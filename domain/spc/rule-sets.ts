/**
 * Run rules as data, so that a plan can choose them and change their run lengths.
 * Nelson: L. S. Nelson, Journal of Quality Technology 16 (1984) 237-239. Western Electric: Statistical Quality Control
 * Handbook (1956) pp. 23-28, with the supplemental rules as listed by Montgomery, 7th ed., table 6.1 (5 to 8). AIAG: SPC
 * manual, 2nd edition (2005), table II.1 "typical special cause criteria".
 */
import { refused, type Refused } from './reason.ts';

export type Rule = { readonly id: string } & RuleShape;

/** `points`: run length, 2 to 32. `sigmas`: zone line. Strict everywhere: a point on a line is neither beyond nor within. */
export type RuleShape =
  /** One point beyond `sigmas`. */
  | { readonly kind: 'beyond'; readonly sigmas: number }
  /** `points` in a row on one side of the centre; one on the centre breaks the run. */
  | { readonly kind: 'same-side'; readonly points: number }
  /** `points` in a row steadily rising or falling; equal neighbours break it. */
  | { readonly kind: 'trend'; readonly points: number }
  /** `points` in a row alternating up and down. */
  | { readonly kind: 'alternating'; readonly points: number }
  /** `count` of `points` in a row beyond `sigmas` on the same side, the last being one of them. */
  | { readonly kind: 'most-beyond'; readonly count: number; readonly points: number; readonly sigmas: number }
  /** `points` in a row within `sigmas` of the centre. */
  | { readonly kind: 'within'; readonly points: number; readonly sigmas: number }
  /** `points` in a row beyond `sigmas`; `bothSides`: not all of them on one side. */
  | { readonly kind: 'outside'; readonly points: number; readonly sigmas: number; readonly bothSides: boolean };

export type RuleSetName = 'nelson' | 'western-electric' | 'aiag';

const shared = {
  beyond: { kind: 'beyond', sigmas: 3 },
  twoOfThree: { kind: 'most-beyond', count: 2, points: 3, sigmas: 2 },
  fourOfFive: { kind: 'most-beyond', count: 4, points: 5, sigmas: 1 },
  trend: { kind: 'trend', points: 6 },
  alternating: { kind: 'alternating', points: 14 },
  within: { kind: 'within', points: 15, sigmas: 1 },
} as const;

/** Rule numbers as the sources number them. */
export const ruleSets: Readonly<Record<RuleSetName, readonly Rule[]>> = {
  nelson: [
    { id: '1', ...shared.beyond },
    { id: '2', kind: 'same-side', points: 9 },
    { id: '3', ...shared.trend },
    { id: '4', ...shared.alternating },
    { id: '5', ...shared.twoOfThree },
    { id: '6', ...shared.fourOfFive },
    { id: '7', ...shared.within },
    { id: '8', kind: 'outside', points: 8, sigmas: 1, bothSides: true },
  ],
  'western-electric': [
    { id: '1', ...shared.beyond },
    { id: '2', ...shared.twoOfThree },
    { id: '3', ...shared.fourOfFive },
    { id: '4', kind: 'same-side', points: 8 },
    { id: '5', ...shared.trend },
    { id: '6', ...shared.within },
    { id: '7', ...shared.alternating },
    { id: '8', kind: 'outside', points: 8, sigmas: 1, bothSides: true },
  ],
  aiag: [
    { id: '1', ...shared.beyond },
    { id: '2', kind: 'same-side', points: 7 },
    { id: '3', ...shared.trend },
    { id: '4', ...shared.alternating },
    { id: '5', ...shared.twoOfThree },
    { id: '6', ...shared.fourOfFive },
    { id: '7', ...shared.within },
    { id: '8', kind: 'outside', points: 8, sigmas: 1, bothSides: false },
  ],
};

/** What a control plan writes down: a set, which of its rules, and run lengths that differ from the set's. */
export interface RuleChoice {
  readonly set: RuleSetName;
  /** Rule numbers; all of the set unless told. */
  readonly use?: readonly number[];
  /** Run length by rule number. For "two of three" it is the window (three). */
  readonly runs?: Readonly<Record<string, number>>;
}

/** Longest run a rule may have. */
export const longestRun = 32;

/** @returns Refused for a rule that the set does not have, or a run length that cannot be. */
export function chosenRules({ set, use, runs = {} }: RuleChoice): readonly Rule[] | Refused {
  const all = ruleSets[set];
  const wanted = use?.map(String);
  const unknown = [...(wanted ?? []), ...Object.keys(runs)].find((id) => !all.some((rule) => rule.id === id));
  if (unknown !== undefined) {
    return refused('spc.parameter', { name: 'rules', value: unknown, allowed: all.map(({ id }) => id).join(' ') });
  }
  const chosen = all
    .filter(({ id }) => wanted?.includes(id) ?? true)
    .map((rule): Rule => {
      const points = runs[rule.id];
      return points === undefined || rule.kind === 'beyond' ? rule : { ...rule, points };
    });
  return ruleFault(chosen) ?? chosen;
}

/** null when every rule can be watched. */
function ruleFault(rules: readonly Rule[]): Refused | null {
  for (const rule of rules) {
    if (rules.filter(({ id }) => id === rule.id).length > 1) {
      return refused('spc.parameter', { name: 'rules', value: rule.id, allowed: 'each number once' });
    }
    if ('sigmas' in rule && !(rule.sigmas > 0 && Number.isFinite(rule.sigmas))) {
      return refused('spc.parameter', { name: `rules.${rule.id}.sigmas`, value: rule.sigmas, allowed: '> 0' });
    }
    if (!('points' in rule)) continue;
    const least = rule.kind === 'alternating' ? 3 : 2;
    if (!Number.isInteger(rule.points) || rule.points < least || rule.points > longestRun) {
      const allowed = `${least}..${longestRun}`;
      return refused('spc.parameter', { name: `rules.${rule.id}.points`, value: rule.points, allowed });
    }
    if (
      rule.kind === 'most-beyond' &&
      !(Number.isInteger(rule.count) && rule.count >= 1 && rule.count <= rule.points)
    ) {
      return refused('spc.parameter', {
        name: `rules.${rule.id}.count`,
        value: rule.count,
        allowed: `1..${rule.points}`,
      });
    }
  }
  return null;
}

/** The lines that points are judged against, unit of the points. */
export interface RuleLines {
  readonly center: number;
  /** Height of one zone, >= 0. */
  readonly sigma: number;
}

/** A rule with the lines it looks at. All have one shape: reading a field of theirs costs the same whatever the rule. */
export interface PreparedRule {
  readonly rule: Rule;
  readonly kind: Rule['kind'];
  readonly points: number;
  readonly count: number;
  /** 0 for a rule without a zone line. */
  readonly sigmas: number;
  readonly bothSides: boolean;
  readonly center: number;
  /** As they are drawn, the centre without a zone line: a point is beyond one exactly where it is beyond the drawn limit. */
  readonly upper: number;
  readonly lower: number;
}

/** @returns Refused for lines or a rule that cannot be. */
export function prepareRules(rules: readonly Rule[], { center, sigma }: RuleLines): readonly PreparedRule[] | Refused {
  if (!Number.isFinite(center)) return refused('spc.parameter', { name: 'center', value: null, allowed: 'a number' });
  if (!(sigma >= 0 && Number.isFinite(sigma))) {
    return refused('spc.parameter', { name: 'sigma', value: Number.isFinite(sigma) ? sigma : null, allowed: '>= 0' });
  }
  const wrong = ruleFault(rules);
  if (wrong) return wrong;
  return rules.map((rule) => {
    const { kind } = rule;
    const sigmas = kind === 'same-side' || kind === 'trend' || kind === 'alternating' ? 0 : rule.sigmas;
    return {
      rule,
      kind,
      points: kind === 'beyond' ? 1 : rule.points,
      count: 'count' in rule ? rule.count : 1,
      sigmas,
      bothSides: 'bothSides' in rule && rule.bothSides,
      center,
      upper: center + sigmas * sigma,
      lower: center - sigmas * sigma,
    };
  });
}
