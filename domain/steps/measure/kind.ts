/** One value per point, from a gauge or, where the definition allows it, keyed in and marked so. */
import type { Characteristic } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Localized } from '#contract/config/text.ts';
import { event } from '#contract/events/index.ts';
import type { ReadingFact, Verdict } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StepDefinitionOf } from '#contract/steps/index.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import type { Acted, StepContext, StepKind } from '../step-type.ts';
import { deviceFaults, deviceValue, outOfLimits, typedNumberFaults, verdictOf } from '../values.ts';

export interface MeasuredValue {
  readonly index: number;
  readonly reading: ReadingFact;
  readonly verdict: Verdict;
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

export const measure: StepKind<'measure', MeasureProgress> = {
  type: 'measure',
  initial: () => ({ values: [] }),
  /** A gauge that is not there blocks only where nothing may be keyed in instead. */
  gates: (def, _progress, { facts }) => (def.allowTyped ? [] : gaugeFaults(def, facts)),
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
      if (faults.length > 0) return { ok: false, reasons: faults };
      return record(characteristic, progress, typedFact(action.value, characteristic.unit, facts.now), ctx);
    }
    if (def.tag === undefined) return notPossible;
    if (action.do === 'pushed') {
      if (action.tagId !== def.tag) return notPossible;
      const taken = deviceValue(def.tag, action.reading, characteristic, facts);
      return 'fact' in taken ? record(characteristic, progress, taken.fact, ctx) : { ok: false, reasons: taken.faults };
    }
    const device = facts.catalogue.tag(def.tag)?.device ?? null;
    // The newest value of a gauge with a button may be of the part before: only its next push counts.
    if (device !== null && facts.device(device.id)?.pushes === true) return notPossible;
    const gone = device === null ? [] : deviceFaults(device.id, facts);
    const taken = deviceValue(def.tag, facts.reading(def.tag), characteristic, facts);
    if (gone.length > 0 || 'faults' in taken)
      return { ok: false, reasons: [...gone, ...('faults' in taken ? taken.faults : [])] };
    return record(characteristic, progress, taken.fact, ctx);
  },
  evolve(progress, happened) {
    if (happened.type !== 'measurement.recorded') return progress;
    const { index, reading, verdict } = happened.body;
    return { values: [...progress.values, { index, reading, verdict }] };
  },
  outcome(def, { values }, definition) {
    if (values.length < def.points.length) return 'open';
    const bad = values.filter((v) => v.verdict !== 'ok');
    if (bad.length === 0) return 'passed';
    const characteristic = characteristicOf(definition, def.characteristic);
    const of = characteristic ?? { unit: '1', lower: null, upper: null, title: def.title };
    return { failed: bad.map((v) => outOfLimits(v.reading.value, of, pointOf(def, v.index))) };
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
        nominal,
        lower,
        upper,
        verdict: verdictOf(reading.value, lower, upper),
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
