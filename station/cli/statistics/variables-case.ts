/** Cases of charts for measured values: I-MR, Xbar-R, Xbar-S, EWMA, CUSUM. */
import { cusumChart } from '#domain/spc/cusum.ts';
import { ewmaChart } from '#domain/spc/ewma.ts';
import { individualsChart, type IndividualsMethod } from '#domain/spc/individuals.ts';
import { mean, present, standardDeviation } from '#domain/spc/moments.ts';
import { limitsAt, type Plot } from '#domain/spc/plot.ts';
import { isValue, type Value } from '#domain/spc/reason.ts';
import { capabilityFields, specificationOf } from './capability-case.ts';
import { chartOf, samplesOf } from './samples.ts';
import { excludedOf, givenOf, lines, prescribed, sigmasOf, signalsOn } from './chart-fields.ts';
import { Fields, type Question } from './read-case.ts';
import { because, need } from './refusals.ts';
import type { Answer } from './select.ts';

/** Points of a later phase judged by the limits of the first. */
const beyond = (points: readonly (number | null)[], by: Plot): number[] =>
  points.flatMap((point, i) => {
    const limits = limitsAt(by, 0);
    return point !== null && limits !== null && (point > limits.upper || point < limits.lower) ? [i] : [];
  });

export function individualsCase(question: Question): Answer {
  const { parameters, input } = question;
  const values = input.needList('values', 'x', 'data');
  const method = individualsMethod(parameters);
  const span = parameters.number('span', 'movingRangeSpan', 'w') ?? 2;
  const options = { span, method, ...sigmasOf(parameters), given: givenOf(question), ...excludedOf(question) };
  const chart = need(individualsChart(values, options));
  const x = prescribed(chart.x, question, 'x');
  const ranges = prescribed(chart.ranges, question, 'mr');
  const later = input.list('newValues', 'phase2');
  const next = later && need(individualsChart(later, { span }));
  return {
    n: chart.n,
    missing: values.filter((value) => !isValue(value)).length,
    mean: chart.mean,
    movingRanges: chart.movingRanges,
    mrbar: chart.meanRange,
    sigma: chart.sigma,
    x: lines(x, chart.mean),
    mr: lines(ranges, chart.meanRange),
    xViolations: x.violations,
    mrViolations: ranges.violations,
    ...(next && {
      phase2: {
        movingRanges: next.movingRanges,
        xViolations: beyond(next.x.points, x),
        mrViolations: beyond(next.movingRanges, ranges),
      },
    }),
    ...signalsOn(x, question),
    ...phases(question, values.length, (from, to, part) =>
      individualsCase({
        ...part,
        input: withObject(part.input, { ...part.input.all, values: values.slice(from, to) }),
      }),
    ),
    ...because(chart.reason),
  };
}

const individualsMethod = (parameters: Fields): IndividualsMethod =>
  /median/i.test(parameters.text('sigmaMethod', 'sigma')) ? 'median-range' : 'mean-range';

/** `phases: [{from, reason, limits?}]`: each charted by itself, indices counted in the whole series. */
function phases(
  question: Question,
  points: number,
  chart: (from: number, to: number, part: Question) => Answer,
): Answer {
  const told = question.input.find('phases') ?? question.parameters.find('phases');
  if (!told || !Array.isArray(told.value)) return {};
  const list = (told.value as readonly unknown[]).map((each, i) =>
    typeof each === 'object' && each !== null
      ? (each as Record<string, unknown>)
      : question.input.fault(`phases[${i}]`, 'an object with "from" is expected'),
  );
  const starts = list.map((each, i) => {
    const from = each['from'];
    const before = i === 0 ? -1 : Number(list[i - 1]?.['from']);
    const fine = Number.isInteger(from) && Number(from) > before && Number(from) < Math.max(1, points);
    return fine
      ? Number(from)
      : question.input.fault(`phases[${i}].from`, `an index above ${before} inside the data is expected`);
  });
  return {
    phases: starts.map((from, i) => {
      const to = starts[i + 1] ?? points;
      const make = (fields: Fields, more: object = {}): Fields =>
        withObject(fields, { ...drop(fields.all, ['phases']), ...more });
      const own = list[i] as Record<string, unknown>;
      const part = {
        ...question,
        input: make(question.input),
        parameters: make(question.parameters, own['limits'] ? { limits: own['limits'] } : {}),
      };
      return { from, to, reason: own['reason'] ?? null, ...shifted(chart(from, to, part), from) };
    }),
  };
}
const withObject = (fields: Fields, all: Readonly<Record<string, unknown>>): Fields => new Fields(fields.place, all);

/** Violations of a part as indices of the whole. */
const shifted = (answer: Answer, by: number): Answer =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name,
      /violations$/i.test(name) && Array.isArray(value) ? value.map((i: number) => i + by) : value,
    ]),
  );

export const rangeCase = (question: Question): Answer => subgroupCase(question, 'range');
export const deviationCase = (question: Question): Answer => subgroupCase(question, 'deviation');

function subgroupCase(question: Question, spread: 'range' | 'deviation'): Answer {
  const { parameters, input } = question;
  const samples = samplesOf(question) ?? [];
  const chart = chartOf(question, spread);
  const short = spread === 'range' ? 'r' : 's';
  const xbar = prescribed(chart.xbar, question, 'xbar');
  const spreads = prescribed(chart.spread, question, short);
  const later = samplesOf(question, 'new');
  const spec = specificationOf(question);
  const raw = input.lists('subgroups', 'samples');
  const sizes = samples.map(({ size }) => size);
  return {
    subgroups: chart.subgroups,
    subgroupSize: chart.size ?? sizes,
    subgroupSizes: sizes,
    subgroupMeans: chart.xbar.points,
    ...(spread === 'range' ? { subgroupRanges: chart.spread.points } : { subgroupSds: chart.spread.points }),
    xbarbar: chart.grandMean,
    [`${short}bar`]: chart.meanSpread,
    sigma: chart.sigma,
    [`sigma${short.toUpperCase()}`]: chart.sigma,
    xbar: lines(xbar, chart.grandMean),
    [short]: lines(spreads, chart.meanSpread),
    xbarViolations: xbar.violations,
    [`${short}Violations`]: spreads.violations,
    ...(later && {
      phase2: {
        subgroupMeans: later.map((sample) => sample.mean),
        ...(spread === 'range'
          ? { subgroupRanges: later.map((sample) => sample.range) }
          : { subgroupSds: later.map((sample) => sample.deviation) }),
        xbarViolations: beyond(
          later.map((sample) => sample.mean),
          xbar,
        ),
        [`${short}Violations`]: beyond(
          later.map((sample) => (spread === 'range' ? sample.range : sample.deviation)),
          spreads,
        ),
      },
    }),
    ...(spec && {
      capability: capabilityFields(
        {
          mean: chart.grandMean,
          sigmaWithin: chart.sigma,
          sigmaOverall: raw && standardDeviation(present(raw.flat())),
          n: sizes.reduce((a, b) => a + b, 0),
          values: raw?.flat() ?? [],
        },
        spec,
        parameters,
      ),
    }),
    ...signalsOn(xbar, question),
    ...phases(question, samples.length, (from, to, part) => {
      const cut = Object.fromEntries(
        Object.entries(part.input.all).map(([name, value]) => [
          name,
          Array.isArray(value) && value.length === samples.length ? value.slice(from, to) : value,
        ]),
      );
      return subgroupCase({ ...part, input: withObject(part.input, cut) }, spread);
    }),
    ...because(chart.reason),
  };
}

/** What EWMA and CUSUM plot: single values, or means of subgroups, with their sigma where none is given. */
function plotted(question: Question): {
  readonly values: readonly Value[];
  readonly sigma: number | null;
  readonly size: number;
} {
  const { parameters, input } = question;
  const size = parameters.number('subgroupSize', 'n') ?? input.number('subgroupSize') ?? 1;
  const samples = samplesOf(question);
  if (samples) {
    const spread =
      samples.some(({ range }) => range !== null) && !/c4|sbar/i.test(parameters.text('sigmaMethod', 'sigma'))
        ? 'range'
        : 'deviation';
    const chart = chartOf(
      { ...question, parameters: withObject(parameters, drop(parameters.all, ['k', 'L', 'limits', 'target', 'mean'])) },
      spread,
    );
    return { values: samples.map((sample) => sample.mean), sigma: chart.sigma, size: chart.size ?? size };
  }
  const values = input.needList('values', 'x', 'data', 'subgroups');
  if (/overall|sample st|standard deviation/i.test(parameters.text('sigmaMethod', 'sigma'))) {
    return { values, sigma: standardDeviation(present(values)), size };
  }
  const chart = need(individualsChart(values, { method: individualsMethod(parameters) }));
  return { values, sigma: chart.sigma, size };
}
const drop = (all: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));

export function ewmaCase(question: Question): Answer {
  const { parameters, input } = question;
  const { values, sigma: estimated, size } = plotted(question);
  const target =
    parameters.number('target', 'cl', 'center', 'mean', 'mu0') ?? input.number('target') ?? mean(present(values));
  const sigma = parameters.number('sigma', 'sigma0') ?? input.number('sigma') ?? estimated;
  const ofMean = parameters.number('sigmaOfMean', 'sigmaXbar') ?? (sigma === null ? null : sigma / Math.sqrt(size));
  if (target === null || ofMean === null) {
    const none = { cl: null, ucl: null, lcl: null, violations: [] };
    return { z: values.map(() => null), target, sigma, exact: none, asymptotic: none };
  }
  const start = parameters.find('start', 'z0')?.value;
  const chart = need(
    ewmaChart(values, {
      lambda: parameters.number('lambda', 'weight', 'r') ?? 0.2,
      target,
      sigma: ofMean,
      sigmas: parameters.number('L', 'k', 'nsigmas', 'sigmas') ?? 3,
      ...(typeof start === 'number'
        ? { start }
        : typeof start === 'string' && /mean/.test(start) && !/target/.test(start)
          ? { start: mean(present(values)) ?? target }
          : {}),
    }),
  );
  const exact = { ...lines(chart.exact), violations: chart.exact.violations };
  const each = (name: 'upper' | 'lower') => values.map((_, i) => limitsAt(chart.exact, i)?.[name] ?? null);
  return {
    n: present(values).length,
    target,
    sigma,
    z: chart.z,
    exact: { ...exact, ucl: each('upper'), lcl: each('lower') },
    asymptotic: { ...lines(chart.asymptotic), violations: chart.asymptotic.violations },
    ...(/exact|time/i.test(parameters.text('limits'))
      ? exact
      : { ...lines(chart.asymptotic), violations: chart.asymptotic.violations }),
  };
}

export function cusumCase(question: Question): Answer {
  const { parameters, input } = question;
  const { values, sigma: estimated, size } = plotted(question);
  const target =
    parameters.number('target', 'mu0', 'cl', 'center', 'mean') ?? input.number('target') ?? mean(present(values));
  const single = parameters.number('sigma', 'sigma0') ?? input.number('sigma') ?? estimated;
  const sigma = single === null ? null : single / Math.sqrt(size);
  const units = parameters.text('units').toLowerCase();
  const inSigmas = parameters.has('units')
    ? !units.startsWith('data')
    : parameters.has('sigma') || !parameters.has('h');
  const standard = inSigmas && /standard|^z\b|^sigma units|in sigma/.test(units);
  const [k, h] = [
    parameters.number('k', 'K', 'allowance') ?? 0.5,
    parameters.number('h', 'H', 'decisionInterval') ?? (inSigmas ? 5 : null),
  ];
  if (h === null) return parameters.fault('h', 'is missing');
  if (target === null || (inSigmas && !(sigma !== null && sigma > 0))) {
    const empty = values.map(() => null);
    return {
      cPlus: empty,
      cMinus: empty,
      nPlus: empty,
      nMinus: empty,
      signalsUpper: [],
      signalsLower: [],
      firstSignal: null,
    };
  }
  const scale = inSigmas && !standard ? (sigma ?? 1) : 1;
  const data = standard ? values.map((value) => (isValue(value) ? (value - target) / (sigma ?? 1) : null)) : values;
  const fast = parameters.find('headStart', 'fir', 'fastInitialResponse')?.value;
  const headStart =
    typeof fast === 'number'
      ? fast * scale
      : fast === true || (typeof fast === 'string' && /h\s*\/\s*2|half|50/i.test(fast))
        ? (h * scale) / 2
        : 0;
  const chart = need(
    cusumChart(data, {
      target: standard ? 0 : target,
      k: k * scale,
      h: h * scale,
      headStart,
      reset: parameters.flag('reset'),
    }),
  );
  return {
    target,
    sigma: single,
    cPlus: chart.plus,
    cMinus: chart.minus,
    nPlus: chart.plusCount,
    nMinus: chart.minusCount,
    signalsUpper: chart.upperSignals,
    signalsLower: chart.lowerSignals,
    firstSignal: chart.firstSignal,
  };
}

/** The scale of the rules: (x - cl)/sigma of single values or of subgroup means. */
export function standardScale(question: Question): {
  readonly z: Float64Array;
  readonly cl: number | null;
  readonly sigma: number | null;
  readonly process: number | null;
} {
  const { parameters, input } = question;
  const z = input.list('z');
  if (z)
    return {
      z: scaled(z, parameters.number('cl') ?? 0, parameters.number('sigma') ?? 1),
      cl: parameters.number('cl'),
      sigma: parameters.number('sigma'),
      process: null,
    };
  const samples = samplesOf(question);
  if (samples) {
    const spread =
      samples.some(({ range }) => range !== null) && !/c4|sbar/i.test(parameters.text('sigma', 'sigmaMethod'))
        ? 'range'
        : 'deviation';
    const chart = chartOf(
      { ...question, parameters: withObject(parameters, drop(parameters.all, ['limits'])) },
      spread,
    );
    const one = limitsAt(chart.xbar, 0);
    const each = Float64Array.from(chart.xbar.points, (point, i) => {
      const at = limitsAt(chart.xbar, i);
      return point === null || at === null ? Number.NaN : point === at.center ? 0 : (point - at.center) / at.sigma;
    });
    return { z: each, cl: one?.center ?? null, sigma: one?.sigma ?? null, process: chart.sigma };
  }
  const values = input.needList('values', 'x', 'z');
  const { excluded } = excludedOf(question);
  const chart = need(
    individualsChart(values, {
      method: individualsMethod(parameters),
      given: givenOf(question),
      ...(excluded && { excluded }),
    }),
  );
  const limits = limitsAt(chart.x, 0);
  if (limits === null)
    return { z: Float64Array.from(values, () => Number.NaN), cl: chart.mean, sigma: null, process: null };
  const counted = values.map((value, i) => (excluded?.has(i) ? null : value));
  return {
    z: scaled(counted, limits.center, limits.sigma),
    cl: limits.center,
    sigma: limits.sigma,
    process: limits.sigma,
  };
}

const scaled = (values: readonly Value[], center: number, sigma: number): Float64Array =>
  Float64Array.from(values, (value) =>
    !isValue(value) ? Number.NaN : value === center ? 0 : (value - center) / sigma,
  );
