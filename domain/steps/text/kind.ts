/** A short text, keyed in or scanned; spaces around it do not count. */
import { event } from '#contract/events/index.ts';
import { reason } from '#domain/decision.ts';
import type { StepKind } from '../step-type.ts';

export interface TextProgress {
  readonly text: string | null;
}

export const text: StepKind<'text', TextProgress> = {
  type: 'text',
  initial: () => ({ text: null }),
  gates: () => [],
  act(def, _progress, action, { ref }) {
    const entered = action.text.trim();
    if (entered === '' && !def.optional) return { ok: false, reasons: [reason('value.text-missing', {})] };
    // Characters as people count them, not UTF-16 units.
    const length = [...entered].length;
    if (length > def.maxLength)
      return { ok: false, reasons: [reason('value.text-too-long', { length, limit: def.maxLength })] };
    return { ok: true, events: [event('text.recorded', { ...ref, text: entered, entry: action.entry })] };
  },
  evolve: (progress, happened) => (happened.type === 'text.recorded' ? { text: happened.body.text } : progress),
  outcome: (_def, progress) => (progress.text === null ? 'open' : 'passed'),
  summary: (_def, progress) => (progress.text === null ? null : { kind: 'text', text: progress.text }),
};
