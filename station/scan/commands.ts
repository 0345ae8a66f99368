/**
 * Printed command codes (prefix and word, e.g. `CMD-CONFIRM`) for hands that hold a scanner. They do what one press on the
 * screen does where nothing can go wrong by it: never start a machine, answer a check or enter a value.
 */
import type { Outcome } from '#contract/refusal.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { StepAction } from '#contract/steps/index.ts';
import type { ScanParts } from './scan-router.ts';

export const commandWords = ['CONFIRM', 'RETRY', 'DISMISS', 'LOCK', 'SIGN-OUT'] as const;

type Parts = Pick<ScanParts, 'execution' | 'people'> & {
  act(view: ExecutionView, action: StepAction): Outcome | Promise<Outcome> | null;
  readonly commandId: string;
};

const done: Outcome = { ok: true, value: undefined };

export async function commandAct(
  word: string,
  view: ExecutionView,
  parts: Parts,
): Promise<Outcome | 'unknown' | 'not-here'> {
  switch (word) {
    case 'LOCK':
      return parts.people.lock(parts.commandId);
    case 'SIGN-OUT':
      return parts.people.signOut(parts.commandId);
    case 'RETRY':
      return retry(view, parts);
    case 'DISMISS':
      return dismiss(view, parts);
    case 'CONFIRM':
      if (view.mode === 'failed') return retry(view, parts);
      if (view.mode !== 'step') return dismiss(view, parts);
      return confirm(view, parts);
    default:
      return 'unknown';
  }
}

async function confirm(view: ExecutionView, parts: Parts): Promise<Outcome | 'not-here'> {
  const state = view.step?.state;
  if (state?.type === 'instruction') {
    return (await parts.act(view, { type: 'instruction', do: 'confirm' })) ?? 'not-here';
  }
  // A gauge with a button of its own is pressed there; a continuous one is read by confirming.
  if (state?.type === 'measure' && state.gauge !== null && !state.gauge.pushes) {
    return (await parts.act(view, { type: 'measure', do: 'take' })) ?? 'not-here';
  }
  return 'not-here';
}

async function retry(view: ExecutionView, parts: Parts): Promise<Outcome | 'not-here'> {
  if (view.mode !== 'failed' || view.executionId === null || view.step === null) return 'not-here';
  return parts.execution.retry({
    commandId: parts.commandId,
    executionId: view.executionId,
    stepId: view.step.definition.id,
    attempt: view.step.attempt,
  });
}

function dismiss(view: ExecutionView, parts: Parts): Outcome | 'not-here' {
  if (view.mode !== 'refused' && view.mode !== 'passed') return 'not-here';
  parts.execution.dismiss();
  return done;
}
