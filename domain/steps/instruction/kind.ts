/** Read, do, confirm. */
import { event } from '#contract/events/index.ts';
import type { StepKind } from '../step-type.ts';

export interface InstructionProgress {
  readonly confirmed: boolean;
}

export const instruction: StepKind<'instruction', InstructionProgress> = {
  type: 'instruction',
  initial: () => ({ confirmed: false }),
  gates: () => [],
  act: (_def, _progress, _action, { ref }) => ({ ok: true, events: [event('instruction.confirmed', ref)] }),
  evolve: (progress, { type }) => (type === 'instruction.confirmed' ? { confirmed: true } : progress),
  outcome: (_def, { confirmed }) => (confirmed ? 'passed' : 'open'),
  summary: (_def, { confirmed }) => (confirmed ? { kind: 'confirmed' } : null),
};
