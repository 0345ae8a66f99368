/** Each item is answered; judged when all are, so that a slip can be put right until then and every fault is told. */
import { event } from '#contract/events/index.ts';
import { reason } from '#domain/decision.ts';
import type { StepKind } from '../step-type.ts';

export interface ChecklistProgress {
  readonly answers: Readonly<Record<string, boolean>>;
}

export const checklist: StepKind<'checklist', ChecklistProgress> = {
  type: 'checklist',
  initial: () => ({ answers: {} }),
  gates: () => [],
  act(def, _progress, action, { ref }) {
    if (!def.items.some((item) => item.id === action.item))
      return { ok: false, reasons: [reason('input.invalid', { field: 'item', problem: action.item })] };
    return { ok: true, events: [event('check.recorded', { ...ref, itemId: action.item, ok: action.ok })] };
  },
  evolve(progress, happened) {
    if (happened.type !== 'check.recorded') return progress;
    return { answers: { ...progress.answers, [happened.body.itemId]: happened.body.ok } };
  },
  outcome(def, { answers }) {
    if (def.items.some((item) => answers[item.id] === undefined)) return 'open';
    const bad = def.items.filter((item) => answers[item.id] === false);
    return bad.length === 0
      ? 'passed'
      : { failed: bad.map((item) => reason('check.not-ok', { itemText: item.title })) };
  },
  summary(def, { answers }) {
    const given = Object.values(answers);
    if (given.length === 0) return null;
    const ok = given.filter(Boolean).length;
    return { kind: 'checks', ok, notOk: given.length - ok, total: def.items.length };
  },
};
