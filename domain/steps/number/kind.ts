/** A number keyed in: implausible ones are refused, limits judge the rest. */
import { event } from '#contract/events/index.ts';
import type { Verdict } from '#contract/events/shared.ts';
import type { StepKind } from '../step-type.ts';
import { outOfLimits, typedNumberFaults, verdictOf } from '../values.ts';

export interface NumberProgress {
  readonly entered: { readonly value: number; readonly verdict: Verdict } | null;
}

export const number: StepKind<'number', NumberProgress> = {
  type: 'number',
  initial: () => ({ entered: null }),
  gates: () => [],
  act(def, _progress, action, { ref }) {
    const faults = typedNumberFaults(action.value, def);
    if (faults.length > 0) return { ok: false, reasons: faults };
    const { unit, lower, upper } = def;
    const verdict = verdictOf(action.value, lower, upper);
    return {
      ok: true,
      events: [event('number.recorded', { ...ref, value: action.value, unit, lower, upper, verdict })],
    };
  },
  evolve(progress, happened) {
    if (happened.type !== 'number.recorded') return progress;
    return { entered: { value: happened.body.value, verdict: happened.body.verdict } };
  },
  outcome(def, { entered }) {
    if (entered === null) return 'open';
    return entered.verdict === 'ok' ? 'passed' : { failed: [outOfLimits(entered.value, def)] };
  },
  summary(def, { entered }) {
    if (entered === null) return null;
    return { kind: 'values', values: [entered.value], unit: def.unit, decimals: def.decimals, typed: true };
  },
};
