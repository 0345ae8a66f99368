/** Exactly one option; the definition says whether it is a good one. */
import { event } from '#contract/events/index.ts';
import { reason } from '#domain/decision.ts';
import type { StepKind } from '../step-type.ts';

export interface ChoiceProgress {
  readonly chosen: { readonly option: string; readonly accepted: boolean } | null;
}

export const choice: StepKind<'choice', ChoiceProgress> = {
  type: 'choice',
  initial: () => ({ chosen: null }),
  gates: () => [],
  act(def, _progress, action, { ref }) {
    const option = def.options.find((o) => o.id === action.option);
    if (option === undefined) return { ok: false, reasons: [reason('choice.unknown', { option: action.option })] };
    return {
      ok: true,
      events: [event('choice.recorded', { ...ref, option: option.id, accepted: option.accepted })],
    };
  },
  evolve(progress, happened) {
    if (happened.type !== 'choice.recorded') return progress;
    return { chosen: { option: happened.body.option, accepted: happened.body.accepted } };
  },
  outcome(def, { chosen }) {
    if (chosen === null) return 'open';
    if (chosen.accepted) return 'passed';
    const title = def.options.find((o) => o.id === chosen.option)?.title ?? chosen.option;
    return { failed: [reason('choice.rejected', { optionText: title })] };
  },
  summary(def, { chosen }) {
    const option = chosen === null ? undefined : def.options.find((o) => o.id === chosen.option);
    return option === undefined ? null : { kind: 'choice', title: option.title };
  },
};
