/** What is told beside a chart, at the station and in the plant view alike. */
import type { ChartView } from '#contract/rpc/control.ts';
import { capabilityStudy, type CapabilityStudy } from '#domain/control/capability-study.ts';
import { countsUnits } from '#domain/control/statistics.ts';
import { format, localized, t } from '../../i18n/index.svelte.ts';
import { ruleName } from './control-words.ts';
import { pointsToFalseAlarm } from './false-alarms.ts';

interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What a chart is of, for paper. */
export const chartAbout = ({ chart, revision, definition, operation }: ChartView): readonly Fact[] => [
  { label: t.paper_definition(), value: `${definition.id} ${localized(definition.title)}` },
  { label: t.paper_operation(), value: `${operation.id} ${localized(operation.title)}` },
  { label: t.paper_process_station(), value: chart.stationId },
  { label: t.paper_plan(), value: t.paper_revision({ plan: chart.planId, revision }) },
];

/** Limits in force and what they rest on, the rules, and how often those signal without a cause. */
export function chartFacts(view: ChartView, now: number): readonly Fact[] {
  const { kind, rules, unit, decimals } = view;
  const phase = view.phases.at(-1);
  const alarms = pointsToFalseAlarm(view);
  // A share or a rate has no decimals of its own.
  const finer = countsUnits(kind) ? 4 : decimals + 1;
  return [
    ...(phase === undefined
      ? []
      : [
          { label: t.control_mean(), value: format.quantity(phase.mean, finer, unit) },
          { label: t.control_sigma(), value: format.quantity(phase.sigma, finer, unit) },
          { label: t.control_limits_since(), value: `${format.instant(phase.at, now)} · ${causeWords(phase)}` },
        ]),
    {
      label: t.control_rules(),
      value: ruleName({ set: rules.set, id: rules.use.join(', ') }),
    },
    {
      label: t.control_false_alarms(),
      value:
        alarms === null
          ? t.control_false_alarms_unknown()
          : t.control_false_alarms_every({ count: format.count(alarms) }),
    },
  ];
}

function causeWords({ cause, from, by, reason }: ChartView['phases'][number]): string {
  if (cause === 'given') return t.control_phase_given();
  return cause === 'minimum' ? t.control_phase_minimum({ count: format.count(from) }) : `${by}: ${reason}`;
}

/** Of the shown points that count and that belong to the phase in force: the process before it was another one. */
export function studyOf({ kind, shown, lower, upper, nominal }: ChartView): CapabilityStudy {
  const newest = shown.at(-1)?.phaseId ?? null;
  const groups = shown
    // Of numbers that cannot be relied on no capability is told.
    .filter(({ suspect }) => suspect === null)
    .filter(({ excluded, replaced, phaseId }) => !excluded && !replaced && (newest === null || phaseId === newest))
    .map(({ values }) => values.map(({ value }) => value));
  return capabilityStudy(kind, groups, { lower, upper, nominal });
}
