/** Cases of capability and normality. */
import {
  capability,
  ppmOfIndex,
  type CapabilityInput,
  type ExpectedPpm,
  type Specification,
} from '#domain/spc/capability.ts';
import { individualsChart } from '#domain/spc/individuals.ts';
import { mean, present, standardDeviation } from '#domain/spc/moments.ts';
import { boxCox, percentileIndices, testedCapability } from '#domain/spc/non-normal.ts';
import { normality } from '#domain/spc/normality.ts';
import { isRefused, type Value } from '#domain/spc/reason.ts';
import type { Fields, Question } from './read-case.ts';
import { because, need } from './refusals.ts';
import type { Answer } from './select.ts';
import { chartOf } from './samples.ts';

/** null where the case names no limit. */
export function specificationOf({ parameters, input }: Question): Specification | null {
  const places = [
    parameters.object('specLimits', 'spec', 'specification'),
    parameters,
    input.object('specLimits', 'spec'),
    input,
  ];
  const find = (...names: readonly string[]): number | null => {
    for (const place of places) {
      const value = place?.number(...names) ?? null;
      if (value !== null) return value;
    }
    return null;
  };
  const [lower, upper] = [find('lsl', 'LSL', 'lower'), find('usl', 'USL', 'upper')];
  return lower === null && upper === null ? null : { lower, upper, target: find('target', 'T') };
}

const confidenceOf = (parameters: Fields): number => {
  const alpha = parameters.number('alpha');
  return parameters.number('confidence', 'conf', 'confidenceLevel') ?? (alpha === null ? 0.95 : 1 - alpha);
};

const ppm = ({ below, above, total }: ExpectedPpm): Answer => ({ belowLsl: below, aboveUsl: above, total });

export function capabilityFields(input: CapabilityInput, spec: Specification, parameters: Fields): Answer {
  const found = need(capability(input, spec, confidenceOf(parameters)));
  const { within, overall, observed } = found;
  return {
    n: input.n ?? null,
    mean: input.mean,
    sigmaWithin: input.sigmaWithin,
    sigmaOverall: input.sigmaOverall,
    cp: within.index,
    cpu: within.upper,
    cpl: within.lower,
    cpk: within.smallest,
    cpCi: within.indexInterval,
    cpkCi: within.smallestInterval,
    ppmWithin: ppm(within.ppm),
    cpmWithin: within.toTarget,
    pp: overall.index,
    ppu: overall.upper,
    ppl: overall.lower,
    ppk: overall.smallest,
    ppCi: overall.indexInterval,
    ppkCi: overall.smallestInterval,
    ppmOverall: ppm(overall.ppm),
    cpm: overall.toTarget,
    cpmCi: overall.toTargetInterval,
    k: found.offCentre,
    observed: { belowLsl: observed.below, aboveUsl: observed.above, ppm: observed.ppm },
    ...because(found.reason),
  };
}

export function capabilityCase(question: Question): Answer {
  const { parameters, input, parts } = question;
  const index = fromIndex(input);
  if (index) return index;
  const spec = specificationOf(question) ?? {};
  const text = parameters.text('sigmaWithin', 'sigmaMethod');
  if (input.has('subgroups', 'samples', 'subgroupMeans')) {
    const chart = chartOf(question, /c4|sbar|deviation/i.test(text) ? 'deviation' : 'range');
    const values = (input.lists('subgroups', 'samples') ?? []).flat();
    const summary =
      values.length === 0
        ? { n: null, overall: null }
        : { n: present(values).length, overall: standardDeviation(present(values)) };
    return capabilityFields(
      { mean: chart.grandMean, sigmaWithin: chart.sigma, sigmaOverall: summary.overall, n: summary.n, values },
      spec,
      parameters,
    );
  }
  const values = input.list('values', 'x', 'data');
  if (values) {
    const data = present(values);
    const moving = parts.includes('i-mr') || /mr|moving/i.test(text);
    const within = moving ? need(individualsChart(values)).sigma : (parameters.number('sigmaWithin') ?? null);
    const plain = capabilityFields(
      { mean: mean(data), sigmaWithin: within, sigmaOverall: standardDeviation(data), n: data.length, values },
      spec,
      parameters,
    );
    return { ...plain, ...otherWays(values, spec, parameters) };
  }
  const average = input.number('mean', 'xbar');
  if (average === null) return input.fault('values', 'is missing; give values, subgroups, mean with s, or cpk');
  return capabilityFields(
    {
      mean: average,
      sigmaWithin: input.number('sigmaWithin', 'sigma'),
      sigmaOverall: input.number('s', 'sd', 'sigmaOverall', 'stdev'),
      n: input.number('n'),
    },
    spec,
    parameters,
  );
}

/** From the index alone: `cpk`, or `cp` with the mean off centre by `shiftSigmas`. */
function fromIndex(input: Fields): Answer | null {
  const [cp, cpk, shift] = [input.number('cp', 'pp'), input.number('cpk', 'ppk'), input.number('shiftSigmas', 'shift')];
  if ((cp === null && cpk === null) || input.has('values', 'subgroups', 'mean')) return null;
  const nearer = cpk ?? (cp ?? 0) - (shift ?? 0) / 3;
  const { oneSided, twoSided } = need(ppmOfIndex(nearer, cp ?? nearer));
  return { cpk: nearer, ppmTwoSided: twoSided, ppmOneSided: oneSided };
}

/** Where the case asks for a way for data that are not normal. */
function otherWays(values: readonly Value[], spec: Specification, parameters: Fields): Answer {
  const method = parameters.text('method', 'distribution', 'transform').toLowerCase();
  if (/percentile|quantile|22514/.test(method)) {
    const { reason, ...indices } = percentileIndices(values, spec);
    return { ...indices, method: 'percentile', ...because(reason) };
  }
  if (/box.?cox|auto|non.?normal/.test(method)) {
    const tested = need(testedCapability(values, spec, parameters.number('alpha') ?? 0.05));
    const { pp, ppu, ppl, ppk, lambda, way } = tested;
    return { pp, ppu, ppl, ppk, lambda, method: way, ...because(tested.reason) };
  }
  return {};
}

export function normalityCase({ parameters, input }: Question): Answer {
  const values = input.needList('values', 'x', 'data');
  const found = normality(values);
  const alpha = parameters.number('alpha') ?? 0.05;
  const { shapiroWilk, andersonDarling } = found;
  const transform = boxCox(values);
  return {
    n: found.n,
    mean: found.mean,
    sd: found.deviation,
    shapiroWilk: { ...shapiroWilk, rejected: shapiroWilk.p === null ? null : shapiroWilk.p < alpha },
    andersonDarling: {
      a2: andersonDarling.a2,
      a2Adjusted: andersonDarling.adjusted,
      p: andersonDarling.p,
      rejected: andersonDarling.p === null ? null : andersonDarling.p < alpha,
    },
    boxCox: isRefused(transform) ? null : { lambda: transform.lambda, lambdaCi: transform.interval },
    ...because(found.reason),
  };
}
