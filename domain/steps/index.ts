/** The step types there are, by name (contract/steps). */
import type { StepType } from '#contract/steps/index.ts';
import { checklist, type ChecklistProgress } from './checklist/kind.ts';
import { choice, type ChoiceProgress } from './choice/kind.ts';
import { instruction, type InstructionProgress } from './instruction/kind.ts';
import { machineCycle, type MachineCycleProgress } from './machine-cycle/kind.ts';
import { measure, type MeasureProgress } from './measure/kind.ts';
import { number, type NumberProgress } from './number/kind.ts';
import { scanComponent, type ScanComponentProgress } from './scan-component/kind.ts';
import type { AnyStepKind, StepKind } from './step-type.ts';
import { text, type TextProgress } from './text/kind.ts';

export interface ProgressOf {
  instruction: InstructionProgress;
  'scan-component': ScanComponentProgress;
  measure: MeasureProgress;
  'machine-cycle': MachineCycleProgress;
  checklist: ChecklistProgress;
  choice: ChoiceProgress;
  number: NumberProgress;
  text: TextProgress;
}

const kinds: { readonly [T in StepType]: StepKind<T, ProgressOf[T]> } = {
  instruction,
  'scan-component': scanComponent,
  measure,
  'machine-cycle': machineCycle,
  checklist,
  choice,
  number,
  text,
};

/** By type known only at run time: the caller keeps definition, progress and action of one step together. */
export const stepKind = (type: StepType): AnyStepKind => kinds[type];

/** By a name from the log, where a type that this version does not know may stand. */
export const knownStepKind = (type: string): AnyStepKind | null =>
  Object.hasOwn(kinds, type) ? kinds[type as StepType] : null;
