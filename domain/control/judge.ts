/** A completed sample becomes a point; a point that completes a rule's pattern raises a signal. */
import type { ChartPlan, PlannedCharacteristic } from '#contract/config/control-plan.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import { event, type BodyOf, type DomainEvent } from '#contract/events/index.ts';
import type { ChartedValue, ChartRef, DefinitionRef } from '#contract/events/shared.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import { evolveChart, inControlBefore, type ChartState } from './chart.ts';
import { fired, plotted, basisOf, type Basis } from './statistics.ts';

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
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const events: DomainEvent[] = [];
  let state = facts.control.chart(ref);
  const add = (made: DomainEvent): void => {
    events.push(made);
    state = evolveChart(state, asHappened(made, stamp));
  };

  const size = taken.values.length;
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
  if (limits.from === 'given' && !sameGiven(state, chart, limits)) {
    const { mean, sigma } = limits;
    add(begun({ mean, sigma }, 'given', []));
  }
  const phase = state.phase?.kind === chart.kind ? state.phase : null;
  const { replaces } = taken;
  // The value before it and what was carried are those without the point that it takes the place of.
  const without =
    replaces === null
      ? state
      : evolveChart(state, asHappened(event('point.excluded', { pointId: replaces, chart: ref, reason: '' }), stamp));
  const before = (phase === null ? without.waiting : without.recent).at(-1)?.values.at(-1) ?? null;
  const values = taken.values.map(({ value }) => value);
  const { plots } = plotted(chart, values, before, phase, without.carried);
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
      plots: [...plots],
      phaseId: phase?.phaseId ?? null,
      replaces,
    }),
  );
  if (phase === null && limits.from === 'data' && state.waiting.length >= limits.minimum) {
    const basis = basisOf(
      chart.kind,
      state.waiting.map((point) => point.values),
    );
    // Without any spread there is nothing to judge by: the next points may bring it.
    if (basis !== null)
      add(
        begun(
          basis,
          'minimum',
          state.waiting.map((point) => point.pointId),
        ),
      );
  }
  if (rules.length === 0) return { events, signal: null };
  const reaction = facts.catalogue.controlPlan(id, revision)?.reactions.find((r) => r.id === planned.reaction);
  const lastInControl = inControlBefore(state, new Set(rules.flatMap(({ members }) => members)));
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
      reaction: { id: planned.reaction, steps: (reaction?.steps ?? []).map((step) => step.id) },
    },
  };
}

function sameGiven({ phase }: ChartState, { kind }: ChartPlan, given: Basis): boolean {
  if (phase === null || phase.kind !== kind) return false;
  // A person may have begun a phase since; only another plan takes the given limits up again.
  return phase.cause !== 'given' || (phase.mean === given.mean && phase.sigma === given.sigma);
}

interface Taken {
  readonly values: readonly ChartedValue[];
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
    return { values: [...others.slice(0, at), ...values, ...others.slice(at)], replaces: older.body.pointId };
  }
  if (chart.subgroup.from === 'unit') return { values, replaces: null };
  const waiting = facts.control.uncharted(ref, definition.id, operationId).filter((value) => !sameStep(value, first));
  const all = [...waiting, ...values];
  const { size } = chart.subgroup;
  return all.length < size ? null : { values: all.slice(-size), replaces: null };
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
