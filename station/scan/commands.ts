/**
 * Printed command codes (prefix and word, e.g. `CMD-CONFIRM`) for hands that hold a scanner. They do what one press on the
 * screen does where nothing can go wrong by it: never start a machine, answer a check or enter a value.
 */
import type { Outcome } from '#contract/refusal.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { StepAction } from '#contract/steps/index.ts';
import { done } from '#station/core/outcomes.ts';
import type { ScanParts } from './parts.ts';

interface Parts extends Pick<ScanParts, 'core' | 'people'> {
  act(view: ExecutionView, action: StepAction): Outcome | null;
}
type Acted = Outcome | 'not-here';

const fine: Outcome = { ok: true, value: undefined };

export function commandAct(word: string, view: ExecutionView, parts: Parts): Acted | Promise<Outcome> | 'unknown' {
  const { people, core } = parts;
  switch (word) {
    case 'LOCK':
      return people.lock(core.ids.next());
    case 'SIGN-OUT':
      return people.signOut(core.ids.next());
    case 'RETRY':
      return retry(view, parts);
    case 'DISMISS':
      return dismiss(view, parts);
    case 'TAKE':
      return takeValue(parts);
    case 'CONFIRM':
      if (view.mode === 'step') return confirm(view, parts);
      return view.failure?.consequence === 'retry' ? retry(view, parts) : dismiss(view, parts);
    default:
      return 'unknown';
  }
}

/** The pedal of a bench: a keyboard or scanner that sends this word. */
function takeValue({ core }: Parts): Promise<Outcome> | 'not-here' {
  const sample = core.bench.shown();
  return sample === null ? 'not-here' : core.bench.take(sample.sampleId, core.ids.next());
}

function confirm(view: ExecutionView, { act }: Parts): Acted {
  const state = view.step?.state;
  if (state?.type === 'instruction') return act(view, { type: 'instruction', do: 'confirm' }) ?? 'not-here';
  // A gauge with a button of its own is pressed there; a continuous one is read by confirming.
  if (state?.type === 'measure' && state.gauge !== null && !state.gauge.pushes) {
    return act(view, { type: 'measure', do: 'take' }) ?? 'not-here';
  }
  return 'not-here';
}

function retry(view: ExecutionView, { core }: Parts): Acted {
  const failed = view.steps.find(({ status }) => status === 'failed');
  if (view.failure?.consequence !== 'retry' || view.executionId === null || failed === undefined) return 'not-here';
  const place = { executionId: view.executionId, stepId: failed.id, attempt: failed.attempt };
  return done(core.dispatch({ type: 'step.retry', ...place }, core.ids.next()));
}

function dismiss(view: ExecutionView, { core }: Parts): Acted {
  const page = view.mode === 'refused' || view.mode === 'passed' || view.failure?.consequence === 'hold';
  if (!page) return 'not-here';
  core.execution.dismiss();
  return fine;
}
