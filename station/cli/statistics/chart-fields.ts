/** What charts of all kinds have in common: how far limits stand, known values, limits as fields. */
import { limitsAt, standardised, type Excluded, type Plot } from '#domain/spc/plot.ts';
import { isValue } from '#domain/spc/reason.ts';
import { findSignals, membersOf, standardLines } from '#domain/spc/rules.ts';
import { stop } from './refusals.ts';
import { rulesOf } from './rules-case.ts';
import type { Fields, Question } from './read-case.ts';
import type { Answer } from './select.ts';

/** `k`, or the number in "pbar +- 2 sqrt(...)"; 3 where neither is there. */
export function sigmasOf(parameters: Fields): { readonly sigmas?: number } {
  const told = parameters.number('k', 'kSigma', 'nSigma', 'nsigmas', 'sigmas', 'sigmaMultiple', 'L');
  if (told !== null) return { sigmas: told };
  const words = /\+\/?-\s*(\d+(?:\.\d+)?)\b/.exec(parameters.text('limits'));
  return words ? { sigmas: Number(words[1]) } : {};
}

/** Known process mean and sigma, from parameters or input. */
export function givenOf({ parameters, input }: Question): { readonly center?: number; readonly sigma?: number } {
  const given = [parameters.object('given', 'standardsGiven', 'limits'), parameters, input];
  const find = (names: readonly string[]): number | null => {
    for (const each of given) {
      const value = each?.number(...names) ?? null;
      if (value !== null) return value;
    }
    return null;
  };
  const center = find(['mean', 'mean0', 'mu', 'mu0', 'center', 'cl', 'xbar0']);
  const sigma = find(['sigma', 'sigma0']);
  return { ...(center === null ? {} : { center }), ...(sigma === null ? {} : { sigma }) };
}

export function excludedOf({ parameters, input }: Question): { readonly excluded?: Excluded } {
  const list = input.list('excluded', 'exclude') ?? parameters.list('excluded', 'exclude');
  return list === null ? {} : { excluded: new Set(list.filter(isValue)) };
}

/** One set of lines where all points have the same, else one per point. `center` is there without limits too. */
export function lines(
  plot: Plot,
  center: number | null = null,
): { readonly cl: unknown; readonly ucl: unknown; readonly lcl: unknown } {
  const { limits } = plot;
  if (!Array.isArray(limits)) {
    const one = limitsAt(plot, 0);
    return { cl: one?.center ?? center, ucl: one?.upper ?? null, lcl: one?.lower ?? null };
  }
  const each = plot.points.map((_, i) => limitsAt(plot, i));
  const centers = each.map((at) => at?.center ?? null);
  const first = centers.find((center) => center !== null) ?? null;
  return {
    cl: centers.every((center) => center === null || center === first) ? first : centers,
    ucl: each.map((at) => at?.upper ?? null),
    lcl: each.map((at) => at?.lower ?? null),
  };
}

/** `{"limits": {"x": {"cl", "ucl", "lcl"}}}` or `{"limits": {"ucl", ...}}`: lines that are prescribed as such. */
export function prescribed(plot: Plot, { parameters, input }: Question, name: string): Plot {
  const limits = parameters.object('limits', 'givenLimits') ?? input.object('limits');
  const at = limits?.object(name) ?? limits;
  const [upper, lower] = [at?.number('ucl', 'upper') ?? null, at?.number('lcl', 'lower') ?? null];
  if (!at || (upper === null && lower === null)) return plot;
  const center =
    at.number('cl', 'center') ?? (upper !== null && lower !== null ? (upper + lower) / 2 : (upper ?? lower ?? 0));
  const [top, bottom] = [upper ?? Number.MAX_VALUE, lower ?? -Number.MAX_VALUE];
  return {
    points: plot.points,
    limits: { center, upper: top, lower: bottom, sigma: upper === null ? (center - bottom) / 3 : (top - center) / 3 },
    violations: plot.points.flatMap((point, i) => (point !== null && (point > top || point < bottom) ? [i] : [])),
  };
}

/** Signals of the chosen rules on a chart, where the case asks for rules. */
export function signalsOn(plot: Plot, question: Question): Answer {
  if (!question.parameters.has('rules', 'ruleSet', 'westernElectric')) return {};
  return ruleAnswer(standardised(plot, excludedOf(question).excluded), question.parameters);
}

/** `signals`, `members` by rule number, and the same points by the other sets. */
export function ruleAnswer(z: Float64Array, parameters: Fields): Answer {
  const sets = rulesOf(parameters);
  const by = (
    rules: (typeof sets)['rules'],
  ): { signals: Record<string, unknown>; members: Record<string, unknown> } => {
    const found = findSignals(z, rules, standardLines);
    if ('refused' in found) return stop(found);
    return {
      signals: Object.fromEntries(found.map((each) => [each.rule.id, each.at])),
      members: Object.fromEntries(found.map((each) => [each.rule.id, membersOf(each, z, standardLines)])),
    };
  };
  return { ...by(sets.rules), westernElectric: by(sets.westernElectric).signals, aiag: by(sets.aiag).signals };
}
