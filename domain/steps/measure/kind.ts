/** One value per point, from a gauge or, where the definition allows it, keyed in and marked so. */
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Characteristic } from '#contract/config/definition.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Localized } from '#contract/config/text.ts';
import { event } from '#contract/events/index.ts';
import type { Acceptance, ReadingFact, Verdict } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StepDefinitionOf } from '#contract/steps/index.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { askGauge } from '#domain/gauges/ask.ts';
import type { GaugeJudgement } from '#domain/gauges/judge.ts';
import type { Acted, StepContext, StepKind } from '../step-type.ts';
import { deviceFaults, deviceValue, outOfLimits, typedNumberFaults, verdictOf } from '../values.ts';

export interface MeasuredValue {
  readonly index: number;
  readonly reading: ReadingFact;
  readonly verdict: Verdict;
  /** What it was judged by; null, or missing in a run that began before: the limits themselves. */
  readonly acceptance?: Acceptance | null;
  readonly gaugeId?: string | null;
}
export interface MeasureProgress {
  readonly values: readonly MeasuredValue[];
}

export const characteristicOf = (definition: ReleasedDefinition, id: string): Characteristic | null =>
  definition.characteristics.find((c) => c.id === id) ?? null;

/** Why the step's gauge gives no values now; empty where it has none. */
export function gaugeFaults(def: StepDefinitionOf<'measure'>, facts: Facts): readonly Reason[] {
  const device = def.tag === undefined ? null : (facts.catalogue.tag(def.tag)?.device ?? null);
  return device === null ? [] : deviceFaults(device.id, facts);
}

/** Which mark a value is of, where there are several. @param index from 1 */
const pointOf = ({ points }: StepDefinitionOf<'measure'>, index: number): Localized | null =>
  points.length > 1 ? (points[index - 1] ?? null) : null;

/** What the released control plan asks of the gauge; null: values count from any source. */
export function gaugeNeedOf(
  def: StepDefinitionOf<'measure'>,
  { facts, definition, operation }: Pick<StepContext, 'facts' | 'definition' | 'operation'>,
): GaugeNeed | null {
  const planned = facts.catalogue.planned(definition.id, def.characteristic);
  return planned?.operation === operation.id ? (planned.gauge ?? null) : null;
}

/** The gauge that the step's tag is of; null: it has none, or the register does not know it. */
export function gaugeOfStep(def: StepDefinitionOf<'measure'>, { catalogue }: Pick<Facts, 'catalogue'>): Gauge | null {
  const device = def.tag === undefined ? null : (catalogue.tag(def.tag)?.device ?? null);
  return device === null ? null : catalogue.gaugeOfDevice(device.id);
}

/** Every reason why values of the step's own gauge would not count now, told before anything is measured. */
export function gaugeGate(
  def: StepDefinitionOf<'measure'>,
  ctx: Pick<StepContext, 'facts' | 'definition' | 'operation'>,
): GaugeJudgement | null {
  const need = gaugeNeedOf(def, ctx);
  const characteristic = characteristicOf(ctx.definition, def.characteristic);
  const device = def.tag === undefined ? null : (ctx.facts.catalogue.tag(def.tag)?.device ?? null);
  if (need === null || characteristic === null || device === null) return null;
  const gauge = gaugeOfStep(def, ctx.facts);
  if (gauge === null) {
    const unknown = reason('gauge.not-registered', { device: device.id, deviceText: device.title });
    return { reasons: [unknown], met: [], acceptance: null };
  }
  return askGauge({ gauge, need, definitionId: ctx.definition.id, characteristic, throughDevice: true }, ctx.facts);
}

/** The gauge of a value, and what its value is accepted by; or every reason why it does not count. */
type Sourced =
  | { readonly gaugeId: string | null; readonly acceptance: Acceptance | null }
  | { readonly faults: readonly Reason[] };

/** A value typed off a gauge without a device names it; off the step's own gauge it may be typed where its device is down. */
function typedSource(
  def: StepDefinitionOf<'measure'>,
  named: string | undefined,
  characteristic: Characteristic,
  ctx: StepContext,
): Sourced {
  const { facts } = ctx;
  const need = gaugeNeedOf(def, ctx);
  const own = gaugeOfStep(def, facts);
  const gauge = named === undefined ? null : facts.catalogue.gauge(named);
  if (named !== undefined && gauge === null) return { faults: [reason('gauge.unknown', { gauge: named })] };
  if (gauge?.device !== undefined && gauge.id !== own?.id) {
    const deviceText = facts.catalogue.device(gauge.device)?.title ?? null;
    return { faults: [reason('gauge.has-device', { gauge: gauge.id, device: gauge.device, deviceText })] };
  }
  if (need === null) return { gaugeId: gauge?.id ?? null, acceptance: null };
  const used = gauge ?? own;
  if (used === null) return { faults: [reason('gauge.not-named', { type: need.type })] };
  const { reasons, acceptance } = askGauge(
    { gauge: used, need, definitionId: ctx.definition.id, characteristic, throughDevice: false },
    facts,
  );
  return reasons.length > 0 ? { faults: reasons } : { gaugeId: used.id, acceptance };
}

function deviceSource(def: StepDefinitionOf<'measure'>, ctx: StepContext): Sourced {
  const gate = gaugeGate(def, ctx);
  if (gate !== null && gate.reasons.length > 0) return { faults: gate.reasons };
  return { gaugeId: gaugeOfStep(def, ctx.facts)?.id ?? null, acceptance: gate?.acceptance ?? null };
}

export const measure: StepKind<'measure', MeasureProgress> = {
  type: 'measure',
  initial: () => ({ values: [] }),
  /** A gauge that is not there, or whose values do not count, blocks only where nothing may be keyed in instead. */
  gates: (def, _progress, ctx) =>
    def.allowTyped ? [] : [...gaugeFaults(def, ctx.facts), ...(gaugeGate(def, ctx)?.reasons ?? [])],
  act(def, progress, action, ctx) {
    const { facts } = ctx;
    const characteristic = characteristicOf(ctx.definition, def.characteristic);
    if (characteristic === null) {
      const { id, revision } = ctx.definition;
      return { ok: false, reasons: [reason('revision.unknown', { definition: id, revision })] };
    }
    const notPossible: Acted = {
      ok: false,
      reasons: [reason('step.action-not-possible', { action: action.do, stepType: def.type })],
    };
    if (action.do === 'type') {
      const faults: Reason[] = def.allowTyped
        ? []
        : [reason('value.typed-not-allowed', { characteristicText: characteristic.title })];
      faults.push(...typedNumberFaults(action.value, characteristic));
      const source = typedSource(def, action.gaugeId, characteristic, ctx);
      if (faults.length > 0 || 'faults' in source)
        return { ok: false, reasons: [...faults, ...('faults' in source ? source.faults : [])] };
      return record(characteristic, progress, typedFact(action.value, characteristic.unit, facts.now), source, ctx);
    }
    if (def.tag === undefined) return notPossible;
    if (action.do === 'pushed') {
      if (action.tagId !== def.tag) return notPossible;
      const taken = deviceValue(def.tag, action.reading, characteristic, facts);
      const source = deviceSource(def, ctx);
      if ('faults' in taken || 'faults' in source)
        return {
          ok: false,
          reasons: [...('faults' in source ? source.faults : []), ...('faults' in taken ? taken.faults : [])],
        };
      return record(characteristic, progress, taken.fact, source, ctx);
    }
    const device = facts.catalogue.tag(def.tag)?.device ?? null;
    // The newest value of a gauge with a button may be of the part before: only its next push counts.
    if (device !== null && facts.device(device.id)?.pushes === true) return notPossible;
    const gone = device === null ? [] : deviceFaults(device.id, facts);
    const taken = deviceValue(def.tag, facts.reading(def.tag), characteristic, facts);
    const source = deviceSource(def, ctx);
    if (gone.length > 0 || 'faults' in taken || 'faults' in source)
      return {
        ok: false,
        reasons: [...gone, ...('faults' in source ? source.faults : []), ...('faults' in taken ? taken.faults : [])],
      };
    return record(characteristic, progress, taken.fact, source, ctx);
  },
  evolve(progress, happened) {
    if (happened.type !== 'measurement.recorded') return progress;
    const { index, reading, verdict, acceptance, gaugeId } = happened.body;
    return { values: [...progress.values, { index, reading, verdict, acceptance, gaugeId }] };
  },
  outcome(def, { values }, definition) {
    if (values.length < def.points.length) return 'open';
    const bad = values.filter((v) => v.verdict !== 'ok');
    if (bad.length === 0) return 'passed';
    const characteristic = characteristicOf(definition, def.characteristic);
    const of = characteristic ?? { unit: '1', lower: null, upper: null, title: def.title };
    return {
      failed: bad.map((v) => outOfLimits(v.reading.value, { ...of, ...v.acceptance }, pointOf(def, v.index))),
    };
  },
  summary(def, { values }, definition) {
    const characteristic = characteristicOf(definition, def.characteristic);
    if (values.length === 0 || characteristic === null) return null;
    return {
      kind: 'values',
      values: values.map((v) => v.reading.value),
      unit: characteristic.unit,
      decimals: characteristic.decimals,
      typed: values.some((v) => v.reading.entry === 'typed'),
    };
  },
};

function record(
  characteristic: Characteristic,
  progress: MeasureProgress,
  reading: ReadingFact,
  { gaugeId, acceptance }: Exclude<Sourced, { faults: unknown }>,
  ctx: StepContext,
): Acted {
  const { id, nominal, lower, upper } = characteristic;
  return {
    ok: true,
    events: [
      event('measurement.recorded', {
        ...ctx.ref,
        characteristicId: id,
        index: progress.values.length + 1,
        reading,
        gaugeId,
        nominal,
        lower,
        upper,
        acceptance,
        verdict: verdictOf(reading.value, acceptance?.lower ?? lower, acceptance?.upper ?? upper),
      }),
    ],
  };
}

const typedFact = (value: number, unit: string, now: number): ReadingFact => ({
  value,
  unit,
  entry: 'typed',
  deviceId: null,
  tagId: null,
  quality: 'good',
  status: 'Good',
  sourceAt: null,
  receivedAt: now,
});
