/** What of the facts of a run counts a unit for the charts of counts, and when its point is made (docs/quality.md). */
import type { AttributeChartPlan, PlannedAttribute } from '#contract/config/control-plan.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { ChartRef } from '#contract/events/shared.ts';
import { evolveExecution, isOpen, type Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import { defectOf } from '#domain/nonconformances/defects.ts';
import {
  evolveNonconformance,
  isRecorded,
  serialsOf,
  type Nonconformance,
} from '#domain/nonconformances/nonconformance.ts';
import type { NumberProgress } from '#domain/steps/number/kind.ts';
import { evolveChart, type Tally } from './chart.ts';
import { chartPoint, type Charted } from './judge.ts';

/** The unit of a run, counted into one chart. */
export interface CountedUnit {
  readonly plan: ReleasedControlPlan;
  readonly attribute: PlannedAttribute;
  readonly chart: AttributeChartPlan;
  readonly run: Execution;
  /** What decided it; null: nonconformances. */
  readonly stepId: string | null;
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
      const decided = decide(attribute, { each, run, before, events, facts });
      if (decided !== null)
        found.push(...attribute.charts.map((chart) => ({ plan, attribute, chart, run, ...decided })));
    }
  }
  return found;
}

type Decided = Pick<CountedUnit, 'stepId' | 'attempt' | 'count'> | null;

interface At {
  readonly each: DomainEvent;
  /** After it, and before. */
  readonly run: Execution;
  readonly before: Execution;
  /** All that is decided with it. */
  readonly events: readonly DomainEvent[];
  readonly facts: Facts;
}

function decide({ counts }: PlannedAttribute, { each, run, before, events, facts }: At): Decided {
  switch (counts.from) {
    case 'verdicts':
      return byVerdict(counts.steps, each, run);
    case 'numbers':
      return bySum(counts.steps, each, run, before);
    case 'nonconformances':
      return byFindings(counts, each, run, events, facts);
  }
}

/** The first of the steps to fail at its first attempt; or all of them passed at their first. */
function byVerdict(steps: readonly string[], each: DomainEvent, run: Execution): Decided {
  if (each.type !== 'step.failed' && each.type !== 'step.passed') return null;
  const { stepId, attempt } = each.body;
  if (attempt !== 1 || !steps.includes(stepId)) return null;
  const others = steps.filter((id) => id !== stepId).map((id) => run.steps[id]);
  if (others.some((step) => step !== undefined && (step.attempt > 1 || step.status === 'failed'))) return null;
  if (each.type === 'step.failed') return { stepId, attempt, count: 1 };
  return others.every((step) => step?.status === 'passed') ? { stepId, attempt, count: 0 } : null;
}

/** All of the steps passed; or the run stopped, with the numbers that it had. */
function bySum(steps: readonly string[], each: DomainEvent, run: Execution, before: Execution): Decided {
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

/** At the end of the run, by what was recorded in it; a run that stops counts where something was found. */
function byFindings(
  counts: OfFindings,
  each: DomainEvent,
  run: Execution,
  events: readonly DomainEvent[],
  facts: Facts,
): Decided {
  if (each.type !== 'execution.passed' && each.type !== 'execution.stopped') return null;
  const known = facts.nonconformances.on(run.serial);
  const count = [...known, ...recordedIn(events, known, facts)]
    .filter(({ recorded }) => countsAs(counts, recorded.defectId, facts))
    .filter((nc) => isFoundIn(nc, run)).length;
  return count === 0 && each.type === 'execution.stopped' ? null : { stepId: null, attempt: 1, count };
}

type OfFindings = Extract<PlannedAttribute['counts'], { from: 'nonconformances' }>;

function countsAs({ groups, defects }: OfFindings, defectId: string, { catalogue }: Pick<Facts, 'catalogue'>): boolean {
  if (groups === undefined && defects === undefined) return true;
  const group = defectOf(defectId, catalogue)?.group;
  return (defects ?? []).includes(defectId) || (group !== undefined && (groups ?? []).includes(group));
}

/** Nonconformances that these facts record. */
function recordedIn(
  events: readonly DomainEvent[],
  known: readonly Nonconformance[],
  facts: Pick<Facts, 'now' | 'actor' | 'station'>,
): readonly Nonconformance[] {
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  return events.flatMap((each) => {
    if (each.type !== 'nonconformance.recorded') return [];
    if (known.some(({ nonconformanceId }) => nonconformanceId === each.body.nonconformanceId)) return [];
    const nc = evolveNonconformance(null, asHappened(each, stamp));
    return isRecorded(nc) ? [nc] : [];
  });
}

/** Told of the unit in this very run: by its name, or, of several units or added to an older one, since it began. */
function isFoundIn(nc: Nonconformance, { serial, executionId, operationId, stationId, startedAt }: Execution): boolean {
  const { recorded } = nc;
  if (recorded.executionId === executionId) return serialsOf(nc).includes(serial);
  const told = toldOf(nc, serial);
  if (told === null || told.executionId !== null) return false;
  return recorded.operationId === operationId && told.stationId === stationId && told.at >= startedAt;
}

/** Where and when it was first told of this unit; null: it was not. */
function toldOf(
  { recorded, amended }: Nonconformance,
  serial: string,
): { readonly at: number; readonly stationId: string; readonly executionId: string | null } | null {
  if (recorded.subject.kind !== 'units') return null;
  const { serials } = recorded.subject;
  // The run that is named is that of the first unit.
  if (serials.includes(serial))
    return { ...recorded, executionId: serials[0] === serial ? recorded.executionId : null };
  const amendment = amended.find((each) => each.serials.includes(serial));
  return amendment === undefined ? null : { ...amendment, executionId: null };
}

/**
 * Defects told of units that were counted already: they count in the point that is on its way now, under the unit's name, so
 * that none is lost and no point that was judged changes. Only what is told at the process station itself.
 * @param open the run that is open at this station before these facts: what is found in it counts at its end.
 */
export function countLate(
  open: Execution | null,
  events: readonly DomainEvent[],
  facts: Facts,
): readonly DomainEvent[] {
  return events.flatMap((each) => {
    if (each.type !== 'nonconformance.recorded' && each.type !== 'nonconformance.amended') return [];
    const known = facts.nonconformances.find(each.body.nonconformanceId);
    const recorded = each.type === 'nonconformance.recorded' ? each.body : known?.recorded;
    if (!recorded) return [];
    const { defectId, operationId, subject } = recorded;
    const named = each.type === 'nonconformance.amended' ? each.body.serials : [];
    const serials = each.type === 'nonconformance.recorded' && subject.kind === 'units' ? subject.serials : named;
    return serials.flatMap((serial) => lateOn(serial, defectId, operationId, open, facts));
  });
}

function lateOn(
  serial: string,
  defectId: string,
  operationId: string | null,
  open: Execution | null,
  facts: Facts,
): readonly DomainEvent[] {
  const unit = facts.control.unit(serial);
  if (unit === null || operationId === null) return [];
  if (open !== null && isOpen(open) && open.serial === serial && open.operationId === operationId) return [];
  const stationId = facts.station.id;
  const worked = [...unit.passed, ...unit.holds].some(
    (each) => each.operationId === operationId && each.stationId === stationId,
  );
  const plan = facts.catalogue.controlPlanOf(unit.definitionId);
  const definition = facts.catalogue.definition(unit.definitionId, unit.revision);
  if (!worked || plan === null || definition === null) return [];
  return plan.attributes.flatMap(({ attribute, operation, counts, charts }) =>
    operation !== operationId || counts.from !== 'nonconformances' || !countsAs(counts, defectId, facts)
      ? []
      : charts.map((chart) =>
          event('unit.counted', {
            chart: refOf(plan, attribute, chart.id, stationId),
            definition: { id: definition.id, revision: definition.revision, hash: definition.hash },
            operationId,
            serial,
            executionId: null,
            orderId: unit.orderId,
            stepId: null,
            attempt: 1,
            count: 1,
            late: true,
          }),
        ),
  );
}

const refOf = (
  { id: planId, revision, hash }: ReleasedControlPlan,
  characteristicId: string,
  chartId: string,
  stationId: string,
): ChartRef => ({ planId, revision, hash, characteristicId, chartId, stationId });

/** The unit joins the units since the newest point; where they are enough, or it is the first of the next ones, a point is made. */
export function countUnit({ plan, attribute, chart, run, stepId, attempt, count }: CountedUnit, facts: Facts): Charted {
  const ref = refOf(plan, attribute.attribute, chart.id, run.stationId);
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
    late: false,
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
  if (tally.size === 0) return false;
  if (subgroup.from === 'order') return tally.orderId !== orderId;
  if (subgroup.from === 'time') return facts.now - tally.begunAt >= subgroup.hours * 3_600_000;
  return tally.size >= subgroup.size;
}
