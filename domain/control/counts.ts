/** What of the facts of a run counts a unit for the charts of counts, and when its point is made (docs/quality.md). */
import type { AttributeChartPlan, PlannedAttribute } from '#contract/config/control-plan.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { ChartRef } from '#contract/events/shared.ts';
import { evolveExecution, type Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import type { NumberProgress } from '#domain/steps/number/kind.ts';
import { evolveChart, type Tally } from './chart.ts';
import { chartPoint, type Charted } from './judge.ts';

/** The unit of a run, counted into one chart. */
export interface CountedUnit {
  readonly plan: ReleasedControlPlan;
  readonly attribute: PlannedAttribute;
  readonly chart: AttributeChartPlan;
  readonly run: Execution;
  /** What decided it. */
  readonly stepId: string;
  readonly attempt: number;
  /** 1 or 0 of verdicts. */
  readonly count: number;
}

/**
 * @param open the run as it was before these facts.
 * @returns each attribute of the operation that these facts decide: once in a run.
 */
export function countsOf(
  plan: ReleasedControlPlan,
  open: Execution,
  events: readonly DomainEvent[],
  facts: Facts,
): readonly CountedUnit[] {
  const watched = plan.attributes.filter(({ operation }) => operation === open.operationId);
  if (watched.length === 0) return [];
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const found: CountedUnit[] = [];
  let run: Execution = open;
  for (const each of events) {
    const before = run;
    run = evolveExecution(run, asHappened(each, stamp)) ?? run;
    const { executionId } = each.body as { readonly executionId?: string };
    if (executionId !== open.executionId) continue;
    for (const attribute of watched) {
      const decided =
        attribute.counts.from === 'verdicts' ? byVerdict(attribute, each, run) : bySum(attribute, each, run, before);
      if (decided !== null)
        found.push(...attribute.charts.map((chart) => ({ plan, attribute, chart, run, ...decided })));
    }
  }
  return found;
}

type Decided = Pick<CountedUnit, 'stepId' | 'attempt' | 'count'> | null;

/** The first of the steps to fail at its first attempt; or all of them passed at their first. */
function byVerdict({ counts: { steps } }: PlannedAttribute, each: DomainEvent, run: Execution): Decided {
  if (each.type !== 'step.failed' && each.type !== 'step.passed') return null;
  const { stepId, attempt } = each.body;
  if (attempt !== 1 || !steps.includes(stepId)) return null;
  const others = steps.filter((id) => id !== stepId).map((id) => run.steps[id]);
  if (others.some((step) => step !== undefined && (step.attempt > 1 || step.status === 'failed'))) return null;
  if (each.type === 'step.failed') return { stepId, attempt, count: 1 };
  return others.every((step) => step?.status === 'passed') ? { stepId, attempt, count: 0 } : null;
}

/** All of the steps passed; or the run stopped, with the numbers that it had. */
function bySum({ counts: { steps } }: PlannedAttribute, each: DomainEvent, run: Execution, before: Execution): Decided {
  const all = (of: Execution): boolean => steps.every((id) => of.steps[id]?.status === 'passed');
  const complete = each.type === 'step.passed' && steps.includes(each.body.stepId) && all(run) && !all(before);
  if (!complete && (each.type !== 'execution.stopped' || all(run))) return null;
  const told = steps.flatMap((id) => {
    const step = run.steps[id];
    const entered = (step?.progress as NumberProgress | null | undefined)?.entered ?? null;
    return step === undefined || entered === null ? [] : [{ step, value: entered.value }];
  });
  const last = told.at(-1);
  if (last === undefined) return null;
  // `check` holds that the steps take whole numbers from 0 on.
  const count = Math.max(0, Math.round(told.reduce((sum, { value }) => sum + value, 0)));
  return { stepId: last.step.stepId, attempt: last.step.attempt, count };
}

/** The unit joins the units since the newest point; where they are enough, or it is the first of the next ones, a point is made. */
export function countUnit({ plan, attribute, chart, run, stepId, attempt, count }: CountedUnit, facts: Facts): Charted {
  const { id: planId, revision, hash } = plan;
  const ref: ChartRef = {
    planId,
    revision,
    hash,
    characteristicId: attribute.attribute,
    chartId: chart.id,
    stationId: run.stationId,
  };
  const { definition, operationId, serial, executionId, orderId } = run;
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const counted = event('unit.counted', {
    chart: ref,
    definition,
    operationId,
    serial,
    executionId,
    orderId,
    stepId,
    attempt,
    count,
  });
  const state = facts.control.chart(ref);
  const of = { ref, chart, reaction: attribute.reaction };
  const point = (tally: Tally, at: typeof state): Charted =>
    chartPoint(
      { ...of, state: at },
      run,
      { values: [...tally.units], counted: countedOf(tally), replaces: null },
      facts,
    );
  if (state.tally !== null && ends(chart, state.tally, orderId, facts)) {
    const made = point(state.tally, state);
    return { ...made, events: [...made.events, counted] };
  }
  const after = evolveChart(state, asHappened(counted, stamp));
  if (after.tally === null || chart.subgroup.from !== 'units' || after.tally.size < chart.subgroup.size)
    return { events: [counted], signal: null };
  const made = point(after.tally, after);
  return { ...made, events: [counted, ...made.events] };
}

const countedOf = ({ count, size, begunAt, endedAt }: Tally) => ({ count, size, begunAt, endedAt });

/** This unit belongs to the next point. */
function ends({ subgroup }: AttributeChartPlan, tally: Tally, orderId: string, facts: Facts): boolean {
  if (subgroup.from === 'order') return tally.orderId !== orderId;
  if (subgroup.from === 'time') return facts.now - tally.begunAt >= subgroup.hours * 3_600_000;
  return tally.size >= subgroup.size;
}
