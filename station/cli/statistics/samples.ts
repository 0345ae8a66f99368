/** Subgroups of a case, and the pair of charts on them. */
import { isValue, type Value } from '#domain/spc/reason.ts';
import {
  subgroupChart,
  summarise,
  type SubgroupChart,
  type SubgroupMethod,
  type SubgroupSummary,
} from '#domain/spc/subgroups.ts';
import { excludedOf, givenOf, sigmasOf } from './chart-fields.ts';
import type { Fields, Question } from './read-case.ts';
import { need } from './refusals.ts';

/** Raw subgroups, or their means with ranges or standard deviations. */
export function samplesOf({ parameters, input }: Question, prefix = ''): readonly SubgroupSummary[] | null {
  const raw = input.lists(prefix === '' ? 'subgroups' : `${prefix}Subgroups`, ...(prefix === '' ? ['samples'] : []));
  if (raw) return raw.map(summarise);
  if (prefix !== '') return null;
  const means = input.list('subgroupMeans', 'means');
  if (means === null) return null;
  const ranges = input.list('subgroupRanges', 'ranges');
  const deviations = input.list('subgroupSds', 'subgroupStdDevs', 'sds', 'deviations');
  const sizes = input.list('subgroupSizes', 'sizes');
  const size = input.number('subgroupSize', 'size', 'n') ?? parameters.number('subgroupSize', 'n');
  if (size === null && sizes === null) return input.fault('subgroupSize', 'is missing beside subgroup means');
  for (const [name, list] of [
    ['subgroupRanges', ranges],
    ['subgroupSds', deviations],
    ['subgroupSizes', sizes],
  ] as const) {
    if (list !== null && list.length !== means.length)
      input.fault(name, `has ${list.length} entries where ${means.length} are expected`);
  }
  const orNull = (value: Value): number | null => (isValue(value) ? value : null);
  return means.map((value, i) => {
    const average = orNull(value);
    return {
      size: average === null ? 0 : (orNull(sizes?.[i]) ?? size ?? 0),
      mean: average,
      range: orNull(ranges?.[i]),
      deviation: orNull(deviations?.[i]),
    };
  });
}

export function subgroupMethod(parameters: Fields): SubgroupMethod {
  const text = parameters.text('sigmaMethod', 'sigmaWithin', 'sigma').toLowerCase();
  if (/mvlue/.test(text)) return 'mvlue';
  if (/a3\s*\(|montgomery|per.size/.test(text)) return 'pooled-per-size';
  if (/rmsdf|pooled|sqrt\s*\(\s*(sum|Σ)/.test(text)) return /c4|rmsdf|unbias/.test(text) ? 'pooled-unbiased' : 'pooled';
  return 'average';
}

export function chartOf(question: Question, spread: 'range' | 'deviation'): SubgroupChart {
  const samples =
    samplesOf(question) ??
    question.input.fault(
      'subgroups',
      'is missing; give subgroups, or subgroupMeans with subgroupRanges or subgroupSds',
    );
  const { parameters } = question;
  return need(
    subgroupChart(samples, {
      spread,
      method: subgroupMethod(parameters),
      ...sigmasOf(parameters),
      given: givenOf(question),
      ...excludedOf(question),
    }),
  );
}
