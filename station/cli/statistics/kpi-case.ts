/** Cases of key performance indicators: OEE of a shift, OEE of an event log, ISO 22400-2. */
import { elements, keyFigures } from '#domain/kpi/iso22400.ts';
import { logEffectiveness, shiftEffectiveness, type MachineEvent } from '#domain/kpi/oee.ts';
import type { Kind } from './answer.ts';
import type { kpiKindNames } from './kind-names.ts';
import type { Fields, Question } from './read-case.ts';
import { need } from './refusals.ts';
import type { Answer } from './select.ts';

const needNumber = ({ input, parameters }: Question, ...names: readonly string[]): number =>
  input.number(...names) ??
  parameters.number(...names) ??
  input.fault(names[0] ?? '', 'is missing; a number is expected');

function shiftCase(question: Question): Answer {
  const { input } = question;
  const totalCount = needNumber(question, 'totalCount', 'total');
  const rate = input.number('idealRate', 'idealRunRate');
  const rejected = input.number('rejectCount', 'badCount', 'scrapCount');
  const planned = input.number('plannedProductionTime');
  const found = shiftEffectiveness({
    shiftLength: planned ?? needNumber(question, 'shiftLength'),
    plannedBreaks: planned === null ? (input.number('plannedBreaks', 'breaks', 'plannedDowntime') ?? 0) : 0,
    downtime: input.number('downtime', 'unplannedDowntime') ?? 0,
    idealCycleTime: rate !== null && rate > 0 ? 1 / rate : needNumber(question, 'idealCycleTime'),
    totalCount,
    goodCount:
      input.number('goodCount', 'good') ??
      (rejected === null ? needNumber(question, 'goodCount') : totalCount - rejected),
  });
  return { ...need(found) };
}

function logCase(question: Question): Answer {
  const { input } = question;
  const told = input.find('events')?.value;
  if (!Array.isArray(told))
    return input.fault('events', 'is missing; a list of {time, state, partCount, badCount} is expected');
  const events = (told as readonly unknown[]).map((each, i): MachineEvent => {
    if (typeof each !== 'object' || each === null) return input.fault(`events[${i}]`, 'an object is expected');
    const event = each as Record<string, unknown>;
    const count = (name: string): number | null => (typeof event[name] === 'number' ? event[name] : null);
    return {
      at: instant(event['time'], input, `events[${i}].time`),
      state: String(event['state']),
      partCount: count('partCount'),
      badCount: count('badCount'),
    };
  });
  const start = input.find('windowStart')?.value;
  const running = input.find('runningState')?.value ?? question.parameters.find('runningState')?.value ?? 'running';
  const found = logEffectiveness(events, {
    stop: instant(input.find('windowStop', 'windowEnd')?.value, input, 'windowStop'),
    ...(start === undefined ? {} : { start: instant(start, input, 'windowStart') }),
    plannedTime: needNumber(question, 'plannedTime'),
    idealCycleTime: needNumber(question, 'idealCycleTime'),
    runningState: String(running),
  });
  return { ...need(found) };
}

function instant(value: unknown, input: Fields, at: string): number {
  const ms = typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : Number.NaN;
  return Number.isFinite(ms) ? ms : input.fault(at, `is ${JSON.stringify(value)}; an ISO 8601 time is expected`);
}

function isoCase({ input }: Question): Answer {
  const given = Object.fromEntries(
    elements.flatMap((name) => {
      const value = input.number(name);
      if (value === null && input.find(name)?.value !== null && input.has(name))
        input.fault(name, 'a number is expected');
      return value === null ? [] : [[name, value]];
    }),
  );
  const found = need(keyFigures(given));
  return {
    ...found,
    mtbf: found.meanTimeBetweenFailures,
    mttf: found.meanTimeToFailure,
    mttr: found.meanTimeToRestoration,
    setupRatio: found.setupRate,
  };
}

export const kpiKinds: Readonly<Record<(typeof kpiKindNames)[number], Kind>> = {
  oee: shiftCase,
  'oee-event-log': logCase,
  iso22400: isoCase,
};
