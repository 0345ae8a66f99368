/** Cases of charts for counts: p, np, c, u. */
import { cChart, npChart, pChart, uChart, type AttributeChart, type AttributeOptions } from '#domain/spc/attributes.ts';
import { limitsAt } from '#domain/spc/plot.ts';
import type { Refused, Value } from '#domain/spc/reason.ts';
import { excludedOf, lines, prescribed, sigmasOf, signalsOn } from './chart-fields.ts';
import type { Question } from './read-case.ts';
import { because, need } from './refusals.ts';
import type { Answer } from './select.ts';

type Kind = 'p' | 'np' | 'c' | 'u';

const charts: Readonly<
  Record<
    Kind,
    (counts: readonly Value[], sizes: readonly Value[], options: AttributeOptions) => AttributeChart | Refused
  >
> = { p: pChart, np: npChart, u: uChart, c: (counts, _, options) => cChart(counts, options) };

const countNames = ['defectives', 'defects', 'counts', 'nonconforming', 'nonconformities', 'values'] as const;

function optionsOf(question: Question, kind: Kind): AttributeOptions {
  const { parameters, input } = question;
  const average = kind === 'c' ? ['cbar', 'c0'] : kind === 'u' ? ['ubar', 'u0'] : ['pbar', 'p0'];
  const given =
    parameters.object('given', 'standardsGiven')?.number(...average, kind, 'center') ??
    parameters.number(...average) ??
    input.number(...average);
  return { ...sigmasOf(parameters), ...(given === null ? {} : { given }), ...excludedOf(question) };
}

function countsOf(
  { input, parameters }: Question,
  kind: Kind,
  prefix = '',
): { counts: readonly Value[]; sizes: readonly Value[] } | null {
  const named = countNames.map((name) => (prefix === '' ? name : `${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`));
  const counts = prefix === '' ? input.needList(...named) : input.list(...named);
  if (counts === null) return null;
  const own = input.list(
    prefix === '' ? 'sizes' : `${prefix}Sizes`,
    ...(prefix === '' ? ['sampleSizes', 'subgroupSizes', 'n'] : []),
  );
  const one =
    input.number('size', 'n', 'sampleSize', 'subgroupSize') ??
    parameters.number('size', 'n', 'sampleSize', 'subgroupSize');
  if (own === null && one === null && kind !== 'c')
    return input.fault('sizes', 'is missing; give sizes, or size for all samples');
  return { counts, sizes: own ?? counts.map(() => one ?? 1) };
}

export const attributeCase =
  (kind: Kind) =>
  (question: Question): Answer => {
    const { counts, sizes } = countsOf(question, kind) ?? { counts: [], sizes: [] };
    const chart = need(charts[kind](counts, sizes, optionsOf(question, kind)));
    const plot = prescribed(chart.plot, question, kind);
    // Proportions and rates have a limit for each sample, also where all are the same; counts one where they are.
    const perSample = kind === 'p' || kind === 'u';
    const at = counts.map((_, i) => limitsAt(plot, i));
    const later = countsOf(question, kind, 'new');
    const next =
      later &&
      need(charts[kind](later.counts, later.sizes, { ...optionsOf(question, kind), given: chart.average ?? 0 }));
    return {
      [`${kind === 'np' ? 'p' : kind}bar`]: chart.average,
      [kind]: plot.points,
      ...lines(plot),
      ...(perSample ? { ucl: at.map((each) => each?.upper ?? null), lcl: at.map((each) => each?.lower ?? null) } : {}),
      ...(perSample ? { cl: chart.average } : {}),
      violations: plot.violations,
      ...(next && { phase2: { [kind]: next.plot.points, violations: next.plot.violations } }),
      ...signalsOn(plot, question),
      ...because(chart.reason),
    };
  };
