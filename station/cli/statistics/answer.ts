/** From a case to what is printed: the kinds, their parts, and a refusal where there is no answer. */
import { chartConstants } from '#domain/spc/constants.ts';
import { falseAlarmRate } from '#domain/spc/false-alarm.ts';
import { attributeCase } from './attributes-case.ts';
import { capabilityCase, normalityCase } from './capability-case.ts';
import { ruleAnswer } from './chart-fields.ts';
import type { statisticsKindNames } from './kind-names.ts';
import { CaseFault, Fields, type Case, type Question } from './read-case.ts';
import { need, RefusedError } from './refusals.ts';
import { rulesOf } from './rules-case.ts';
import { planCase, switchingCase } from './sampling-case.ts';
import { nothing, select, type Answer } from './select.ts';
import { agreementCase, anovaCase, biasCase, linearityCase, rangeStudyCase } from './studies-case.ts';
import { cusumCase, deviationCase, ewmaCase, individualsCase, rangeCase, standardScale } from './variables-case.ts';

export type Kind = (question: Question) => Answer;

export const statisticsKinds: Readonly<Record<(typeof statisticsKindNames)[number], Kind>> = {
  constants: constantsCase,
  'xbar-r': rangeCase,
  'xbar-s': deviationCase,
  'i-mr': individualsCase,
  p: attributeCase('p'),
  np: attributeCase('np'),
  c: attributeCase('c'),
  u: attributeCase('u'),
  ewma: ewmaCase,
  cusum: cusumCase,
  capability: capabilityCase,
  normality: normalityCase,
  'run-rules': runRulesCase,
  'grr-anova': anovaCase,
  'grr-average-range': rangeStudyCase,
  'attribute-agreement': agreementCase,
  kappa: agreementCase,
  bias: biasCase,
  linearity: linearityCase,
  'sampling-plan': planCase,
  'sampling-switching': switchingCase,
  'false-alarms': ({ parameters }) => {
    const { arl, rate, error, method } = need(falseAlarmRate(rulesOf(parameters).rules));
    return { arl, falseAlarmRate: rate, standardError: error, method };
  },
};

function constantsCase({ parameters, input }: Question): Answer {
  const [from = 2, to = 25] = (parameters.text('n') || input.text('n')).match(/\d+/g)?.map(Number) ?? [];
  const one = parameters.number('n') ?? input.number('n');
  const list = input.list('n', 'sizes')?.map(Number);
  const sizes = list ?? (one === null ? Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i) : [one]);
  return Object.fromEntries(sizes.map((n) => [String(n), need(chartConstants(n))]));
}

function runRulesCase(question: Question): Answer {
  const { input, parameters } = question;
  const counts = ['p', 'np', 'c', 'u'].find((kind) => parameters.text('chart') === kind) as 'p' | undefined;
  if (counts || input.has('defectives', 'defects')) {
    return attributeCase(counts ?? (input.has('defectives') ? 'p' : input.has('sizes') ? 'u' : 'c'))(question);
  }
  const { z, cl, sigma, process } = standardScale(question);
  return { cl, sigma: process ?? sigma, sigmaOfMean: sigma, ...ruleAnswer(z, parameters) };
}

/** Names under which a part of a combined kind may be asked for, beside its own. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  'grr-anova': ['anova'],
  'grr-average-range': ['averageRange', 'xbarR'],
  'i-mr': ['individuals'],
};

export interface Answered {
  readonly expected?: unknown;
  readonly refused?: { readonly code: string; readonly params: Readonly<Record<string, unknown>> };
}

/** Answers one question; what cannot be answered has a reason, and its fields are undefined. */
export function answer(
  kinds: Readonly<Record<string, Kind>>,
  kind: string,
  parameters: object,
  input: object,
  wanted: unknown,
): Answered {
  try {
    return { expected: combined(kinds, kind, parameters, input, wanted) };
  } catch (error) {
    const fields = wanted === undefined ? {} : { expected: nothing(wanted) };
    if (error instanceof RefusedError) return { ...fields, refused: error.refused };
    if (error instanceof CaseFault) {
      return { ...fields, refused: { code: 'case.unreadable', params: { at: error.at, problem: error.problem } } };
    }
    throw error;
  }
}

function combined(
  kinds: Readonly<Record<string, Kind>>,
  kind: string,
  parameters: object,
  input: object,
  wanted: unknown,
): Answer {
  const names = kind.split('+').map((each) => each.trim());
  const question = {
    parameters: new Fields('parameters', parameters as Record<string, unknown>),
    input: new Fields('input', input as Record<string, unknown>),
    parts: names,
  };
  const answers = names.map((name) => {
    const ask = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!ask) throw new CaseFault('kind', `"${name}" is not one of ${Object.keys(kinds).join(', ')}`);
    return [name, ask(question)] as const;
  });
  if (answers.length === 1) return select(answers[0]?.[1] ?? {}, wanted);
  const parts: Record<string, Answer> = {};
  for (const [name, each] of answers) for (const alias of [name, ...(otherNames[name] ?? [])]) parts[alias] ??= each;
  // The fields of the first part win where two have the same; each part is there by its own name too.
  const flat: Answer = Object.assign({}, ...answers.map(([, each]) => each).toReversed());
  if (wanted !== undefined && wanted !== null) return select(flat, wanted, parts);
  const camel = (name: string): string => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { ...Object.fromEntries(answers.map(([name, each]) => [camel(name), each])), ...flat };
}

export interface CaseAnswer {
  readonly answer: Answered | { readonly subcases: readonly (Answered & { readonly name: string })[] };
  /** Nothing of the case could be answered. */
  readonly refused: boolean;
}

export function answerCase(kinds: Readonly<Record<string, Kind>>, asked: Case): CaseAnswer {
  if (!asked.subcases) {
    const one = answer(kinds, asked.kind, asked.parameters, asked.input ?? {}, asked.expected);
    return { answer: one, refused: one.refused !== undefined };
  }
  const subcases = asked.subcases.map((sub) => ({
    name: sub.name,
    ...answer(
      kinds,
      sub.kind ?? asked.kind,
      { ...asked.parameters, ...sub.parameters },
      { ...asked.input, ...sub.input },
      sub.expected,
    ),
  }));
  return { answer: { subcases }, refused: subcases.length > 0 && subcases.every((sub) => sub.refused !== undefined) };
}
