/** A completed sample becomes a point; a point that completes a rule's pattern raises a signal. */
import type { AttributeChartPlan, ChartPlan, PlannedCharacteristic } from '#contract/config/control-plan.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import { event, type BodyOf, type DomainEvent } from '#contract/events/index.ts';
import type { ChartedValue, ChartRef, Counted, DefinitionRef } from '#contract/events/shared.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import { evolveChart, inControlBefore, type ChartState } from './chart.ts';
import { suspectHere, type PointValues } from './suspect.ts';
import { basisOf, countedBasis, countsUnits, figuresOf, fired, plotted, type Basis } from './statistics.ts';

/** Values of one characteristic that were measured together. */
export interface Sample {
  readonly definition: DefinitionRef;
  readonly operationId: string;
  readonly characteristicId: string;
  /** Where the operation was done, whoever measured. */
  readonly stationId: string;
  readonly values: readonly ChartedValue[];
}

export interface Charted {
  readonly events: readonly DomainEvent[];
  /** Null: no signal. */
  readonly signal: BodyOf<'signal.raised'> | null;
}

/** Every chart that the plan has of this characteristic. */
export function chartSample(
  plan: ReleasedControlPlan,
  planned: PlannedCharacteristic,
  sample: Sample,
  facts: Facts,
): readonly Charted[] {
  return planned.charts.map((chart) => onChart(plan, planned, chart, sample, facts));
}

function onChart(
  { id, revision, hash }: ReleasedControlPlan,
  planned: PlannedCharacteristic,
  chart: ChartPlan,
  sample: Sample,
  facts: Facts,
): Charted {
  const { characteristicId, stationId } = sample;
  const ref: ChartRef = { planId: id, revision, hash, characteristicId, chartId: chart.id, stationId };
  const taken = take(chart, ref, sample, facts);
  if (taken === null) return { events: [], signal: null };
  return chartPoint({ ref, chart, reaction: planned.reaction, state: facts.control.chart(ref) }, sample, taken, facts);
}

export interface OnChart {
  readonly ref: ChartRef;
  readonly chart: ChartPlan | AttributeChartPlan;
  readonly reaction: string;
  readonly state: ChartState;
}

/** A point of the chart, its phase where it begins one, and what signal it completes. */
export function chartPoint(
  { ref, chart, reaction: reactionId, state: found }: OnChart,
  sample: Pick<Sample, 'definition' | 'operationId'>,
  taken: Taken,
  facts: Facts,
): Charted {
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const events: DomainEvent[] = [];
  let state = found;
  const add = (made: DomainEvent): void => {
    events.push(made);
    state = evolveChart(state, asHappened(made, stamp));
  };

  const size = taken.counted?.size ?? taken.values.length;
  const begun = (basis: Basis, cause: 'given' | 'minimum', points: readonly string[]): DomainEvent =>
    event('phase.begun', {
      phaseId: facts.ids.fresh(`phase ${chart.id}`),
      chart: ref,
      kind: chart.kind,
      cause,
      reason: '',
      ...basis,
      size,
      points: [...points],
    });
  const { limits } = chart;
  const given = givenBasis(chart);
  if (given !== null && !sameGiven(state, chart, given)) add(begun(given, 'given', []));
  const phase = state.phase?.kind === chart.kind ? state.phase : null;
  const { replaces } = taken;
  // The value before it and what was carried are those without the point that it takes the place of.
  const without =
    replaces === null
      ? state
      : evolveChart(state, asHappened(event('point.excluded', { pointId: replaces, chart: ref, reason: '' }), stamp));
  const before = (phase === null ? without.waiting : without.recent).at(-1)?.values.at(-1) ?? null;
  const { plots } = plotted(chart, figuresOf(taken), before, phase, without.carried);
  const pointId = facts.ids.fresh(`point ${chart.id}`);
  const rules = phase === null || state.openSignal !== null ? [] : fired(chart, without.recent, { pointId, plots });
  add(
    event('point.charted', {
      pointId,
      chart: ref,
      kind: chart.kind,
      definition: sample.definition,
      operationId: sample.operationId,
      values: [...taken.values],
      counted: taken.counted,
      plots: [...plots],
      phaseId: phase?.phaseId ?? null,
      replaces,
    }),
  );
  if (phase === null && limits.from === 'data' && state.waiting.length >= limits.minimum) {
    const newest = { pointId, chart: ref, values: taken.values, counted: taken.counted };
    const suspect = suspectAmong(
      found.waiting.map((point) => point.pointId),
      facts,
      [newest],
    );
    const waiting = state.waiting.filter((point) => !suspect.has(point.pointId));
    const basis =
      waiting.length < limits.minimum
        ? null
        : basisOf(
            chart.kind,
            waiting.map((point) => point.values),
          );
    // Without any spread there is nothing to judge by: the next points may bring it.
    if (basis !== null)
      add(
        begun(
          basis,
          'minimum',
          waiting.map((point) => point.pointId),
        ),
      );
  }
  if (rules.length === 0) return { events, signal: null };
  const plan = facts.catalogue.controlPlan(ref.planId, ref.revision);
  const reaction = plan?.reactions.find((r) => r.id === reactionId);
  const members = new Set(rules.flatMap((rule) => rule.members));
  const lastInControl = inControlBefore(state, members, (id) => suspectAmong([id], facts).has(id));
  return {
    events,
    signal: {
      signalId: facts.ids.fresh(`signal ${chart.id}`),
      pointId,
      chart: ref,
      definitionId: sample.definition.id,
      operationId: sample.operationId,
      rules: [...rules],
      lastInControl: lastInControl && { ...lastInControl, executionIds: [...lastInControl.executionIds] },
      suspects: [],
      reaction: { id: reactionId, steps: (reaction?.steps ?? []).map((step) => step.id) },
    },
  };
}

/** Which of the points cannot be relied on. @param more that are not in the read model yet. */
function suspectAmong(
  pointIds: readonly string[],
  facts: Facts,
  more: readonly PointValues[] = [],
): ReadonlySet<string> {
  const points = pointIds.flatMap((pointId) => facts.control.point(pointId)?.body ?? []);
  return new Set(suspectHere([...points, ...more], facts).keys());
}

/** What the plan prescribes; null: nothing. */
function givenBasis({ kind, limits }: OnChart['chart']): Basis | null {
  if (limits.from !== 'given') return null;
  if ('average' in limits) return countsUnits(kind) ? countedBasis(kind, limits.average) : null;
  const { mean, sigma } = limits;
  return { mean, sigma };
}

function sameGiven({ phase }: ChartState, { kind }: OnChart['chart'], given: Basis): boolean {
  if (phase === null || phase.kind !== kind) return false;
  // A person may have begun a phase since; only another plan takes the given limits up again.
  return phase.cause !== 'given' || (phase.mean === given.mean && phase.sigma === given.sigma);
}

/** The values of a point, as its chart takes them. */
export interface Taken {
  readonly values: ChartedValue[];
  readonly counted: Counted | null;
  readonly replaces: string | null;
}

const sameStep = (a: ChartedValue, b: ChartedValue): boolean =>
  a.serial === b.serial && a.executionId === b.executionId && a.stepId === b.stepId;

/** The values of the point that this sample completes; null: more are needed. */
function take(
  chart: ChartPlan,
  ref: ChartRef,
  { definition, operationId, values }: Sample,
  facts: Facts,
): Taken | null {
  const [first] = values;
  if (first === undefined) return null;
  const older = pointWith(ref, first, facts);
  if (older !== null) {
    // Measured again: the same point with the new values in the place of the old ones.
    const others = older.body.values.filter((value) => !sameStep(value, first));
    const at = older.body.values.findIndex((value) => sameStep(value, first));
    return {
      values: [...others.slice(0, at), ...values, ...others.slice(at)],
      counted: null,
      replaces: older.body.pointId,
    };
  }
  if (chart.subgroup.from === 'unit') return { values: [...values], counted: null, replaces: null };
  const waiting = facts.control.uncharted(ref, definition.id, operationId).filter((value) => !sameStep(value, first));
  const all = [...waiting, ...values];
  const { size } = chart.subgroup;
  return all.length < size ? null : { values: all.slice(-size), counted: null, replaces: null };
}

/** The newest point in which values of this very run and step are; null: there is none. */
function pointWith(ref: ChartRef, first: ChartedValue, facts: Facts): ReturnType<Facts['control']['point']> {
  if (first.attempt === 1 || first.executionId === null) return null;
  const { waiting, recent } = facts.control.chart(ref);
  for (const { pointId, executionIds } of [...waiting, ...recent].toReversed()) {
    if (!executionIds.includes(first.executionId)) continue;
    const point = facts.control.point(pointId);
    if (point?.body.values.some((value) => sameStep(value, first)) === true) return point;
  }
  return null;
}
