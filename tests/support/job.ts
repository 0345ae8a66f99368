/** Does the demo line's job over the contract, one act after the other, going by nothing but what the view says. */
import { randomUUID } from 'node:crypto';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { StepAction } from '#contract/steps/index.ts';
import type { Client } from './demo-line.ts';

/** What to do now, or null when there is nothing but to wait (a machine cycle runs). */
export function nextAction(view: ExecutionView): StepAction | null {
  const { step } = view;
  if (step === null) return null;
  const { definition, state } = step;
  switch (definition.type) {
    case 'instruction':
      return { type: 'instruction', do: 'confirm' };
    case 'scan-component':
      return {
        type: 'scan-component',
        do: 'scan',
        entry: 'scanned',
        code:
          definition.bomLine === '10' ? 'HSG-100|L:H-22817' : `IMP-100|S:IMP-${randomUUID().slice(0, 8).toUpperCase()}`,
      };
    case 'measure':
      return { type: 'measure', do: 'type', value: 24.005 };
    case 'machine-cycle':
      return state.type === 'machine-cycle' && (state.phase === 'ready' || state.phase === 'aborted')
        ? { type: 'machine-cycle', do: 'start' }
        : null;
    case 'checklist': {
      const answers = state.type === 'checklist' ? state.answers : {};
      const open = definition.items.find((item) => answers[item.id] === undefined);
      return open === undefined ? null : { type: 'checklist', do: 'answer', item: open.id, ok: true };
    }
    case 'choice': {
      const option = definition.options.find((candidate) => candidate.accepted);
      return option === undefined ? null : { type: 'choice', do: 'choose', option: option.id };
    }
    case 'number':
      return { type: 'number', do: 'enter', value: definition.upper ?? definition.lower ?? definition.plausible.lower };
    case 'text':
      return { type: 'text', do: 'enter', text: 'nothing to remark', entry: 'typed' };
  }
}

export interface Done {
  readonly commandId: string;
  readonly what: string;
  readonly outcome: Outcome<unknown>;
}

/**
 * One act towards finished units; makes new units when all of `serials` are finished. `sent` hears of each command before it goes out, so that a caller who loses the answer
 * still knows what may have happened.
 */
export async function actOnce(
  client: Client,
  serials: string[],
  sent: (commandId: string, what: string) => void,
): Promise<Done | null> {
  const view = await client.execution.get();
  const commandId = randomUUID();
  const { step, executionId } = view;
  const failed = view.steps.find((row) => row.status === 'failed');
  if (view.mode === 'failed' && failed !== undefined && executionId !== null && view.failure?.consequence === 'retry') {
    sent(commandId, 'retry');
    const outcome = await client.execution.retry({
      commandId,
      executionId,
      stepId: failed.id,
      attempt: failed.attempt,
    });
    return { commandId, what: 'retry', outcome };
  }
  if (view.mode === 'step' && step !== null && executionId !== null) {
    const action = nextAction(view);
    if (action === null) return null;
    const what = `${step.definition.id}#${step.attempt}`;
    sent(commandId, what);
    const outcome = await client.execution.act({
      commandId,
      executionId,
      stepId: step.definition.id,
      attempt: step.attempt,
      action,
    });
    return { commandId, what, outcome };
  }
  for (const serial of Array.from(serials)) {
    const unit = await client.units.get({ serial });
    if (unit === null || unit.status === 'done' || unit.status === 'held') {
      serials.splice(serials.indexOf(serial), 1);
      continue;
    }
    sent(commandId, `start ${serial}`);
    return { commandId, what: `start ${serial}`, outcome: await client.execution.start({ commandId, serial }) };
  }
  sent(commandId, 'create unit');
  const outcome = await client.orders.createUnit({ commandId, orderId: 'WO-10452' });
  if (outcome.ok) serials.push(outcome.value.serial);
  return { commandId, what: 'create unit', outcome };
}
