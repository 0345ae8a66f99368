/** Cases of acceptance sampling: plans and switching rules. */
import {
  acceptanceProbability,
  samplingPlan,
  switchInspection,
  type InspectedLot,
  type PlanNumbers,
  type SwitchingPlans,
  type SwitchingRules,
} from '#domain/spc/sampling.ts';
import {
  aqls,
  inspections,
  inspectionLevels,
  type Inspection,
  type InspectionLevel,
} from '#domain/spc/sampling-tables.ts';
import type { Fields, Question } from './read-case.ts';
import { need } from './refusals.ts';
import type { Answer } from './select.ts';

/** Levels as people write them: "2", "GII", "S3". The domain refuses what is none. */
function levelOf(text: string): InspectionLevel {
  const upper = text
    .trim()
    .toUpperCase()
    .replace(/^G(ENERAL)?[\s-]*(LEVEL\s*)?/, '');
  const special = /^S(?:PECIAL)?[\s-]*(\d)$/.exec(upper)?.[1];
  const roman = { '1': 'I', '2': 'II', '3': 'III' }[upper];
  return (inspectionLevels.find((level) => level === upper) ??
    (special ? `S-${special}` : (roman ?? text))) as InspectionLevel;
}

function question({ parameters, input }: Question) {
  const both = (read: (fields: Fields) => string | number | null): string | number | null =>
    read(input) ?? read(parameters);
  const lotSize = both((fields) => fields.number('lotSize', 'lot', 'N')) ?? input.fault('lotSize', 'is missing');
  const aql = both((fields) => fields.number('aql', 'AQL')) ?? input.fault('aql', 'is missing');
  const level =
    both((fields) => fields.text('level', 'inspectionLevel') || (fields.number('level')?.toString() ?? null)) ?? 'II';
  const inspection = both((fields) => fields.text('inspection', 'severity') || null) ?? 'normal';
  const standard = both((fields) => fields.text('standard') || null) ?? '';
  return {
    lotSize: Number(lotSize),
    aql: Number(aql),
    level: levelOf(String(level)),
    inspection: String(inspection).toLowerCase() as Inspection,
    ...(/2859/.test(String(standard)) ? { standard: 'ISO 2859-1' as const } : {}),
  };
}

export function planCase(asked: Question): Answer {
  const { input } = asked;
  const plan = need(samplingPlan(question(asked)));
  const percents = input.list('percentNonconforming', 'percents') ?? null;
  const one = input.number('percentNonconforming', 'p');
  const accept = (percent: number): number | null => {
    const found = acceptanceProbability(plan, percent);
    return typeof found === 'number' ? found : need(found) && null;
  };
  return {
    codeLetter: plan.codeLetter,
    planLetter: plan.planLetter,
    n: plan.n,
    ac: plan.ac,
    re: plan.re,
    inspect100: plan.inspect100,
    ...(one === null && percents === null
      ? {}
      : { pa: one === null ? (percents ?? []).map((p) => accept(p ?? 0)) : accept(one) }),
  };
}

export function switchingCase(asked: Question): Answer {
  const { parameters, input } = asked;
  const told = input.find('lots')?.value;
  if (!Array.isArray(told)) return input.fault('lots', 'is missing; a list of {d} is expected');
  const lots = (told as readonly unknown[]).map((lot, i): InspectedLot => {
    const fields = (typeof lot === 'object' && lot !== null ? lot : { d: lot }) as Record<string, unknown>;
    const { d, defectives, resubmitted } = fields;
    const count = typeof d === 'number' ? d : defectives;
    if (typeof count !== 'number') return input.fault(`lots[${i}].d`, 'a number is expected');
    return { d: count, resubmitted: resubmitted === true };
  });
  const found = need(switchInspection(lots, plansOf(asked), rulesOf(parameters, input)));
  return { lots: found.lots, finalState: found.finalState };
}

function plansOf(asked: Question): SwitchingPlans {
  const plans = asked.input.object('plans') ?? asked.parameters.object('plans');
  if (!plans) {
    const { lotSize, aql, level } = question(asked);
    const step = aqls.findIndex((each) => Math.abs(each - aql) < 1e-9 * each);
    const of = (inspection: Inspection, at = aql): PlanNumbers =>
      need(samplingPlan({ lotSize, aql: at, level, inspection }));
    return {
      normal: of('normal'),
      tightened: of('tightened'),
      reduced: of('reduced'),
      oneStepTighter: of('normal', aqls[Math.max(0, step - 1)] ?? aql),
    };
  }
  const plan = (name: string): PlanNumbers | null => {
    const one = plans.object(name);
    const ac = one?.number('ac') ?? null;
    return one === null || ac === null ? null : { n: one.number('n') ?? 0, ac, re: one.number('re') ?? ac + 1 };
  };
  const normal = plan('normal') ?? plans.fault('normal', 'is missing');
  const tightened = plan('tightened') ?? normal;
  return { normal, tightened, reduced: plan('reduced') ?? normal, oneStepTighter: plan('oneStepTighter') ?? tightened };
}

/** The numbers of the rules may stand in their words: "2 not-accepted lots within the last 5". */
function rulesOf(parameters: Fields, input: Fields): SwitchingRules {
  const numbers = (name: string): readonly number[] => (parameters.text(name).match(/\d+/g) ?? []).map(Number);
  const [tightenAfter, within] = numbers('normalToTightened');
  const [relaxAfter] = numbers('tightenedToNormal');
  const [discontinueAfter] = numbers('discontinue');
  const [scoreNeeded] = numbers('normalToReduced');
  const start = inspections.find((each) => each === (input.text('start') || parameters.text('start')));
  return {
    ...(start && { start }),
    reducedAllowed: input.flag('reducedAllowed') || (!input.has('reducedAllowed') && parameters.flag('reducedAllowed')),
    ...(tightenAfter === undefined ? {} : { tightenAfter }),
    ...(within === undefined ? {} : { within }),
    ...(relaxAfter === undefined ? {} : { relaxAfter }),
    ...(discontinueAfter === undefined ? {} : { discontinueAfter }),
    ...(scoreNeeded === undefined ? {} : { scoreNeeded }),
    gapAccepts: !/d\s*<=\s*ac/i.test(parameters.text('accepted')),
  };
}
