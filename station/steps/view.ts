/** What each step type needs on the screen beyond its definition. One builder per type, in the folder of its name. */
import type { StepState } from '#contract/rpc/execution.ts';
import type { StepDefinition, StepType } from '#contract/steps/index.ts';
import { checklistView } from './checklist/view.ts';
import { choiceView } from './choice/view.ts';
import { instructionView } from './instruction/view.ts';
import { machineCycleView } from './machine-cycle/view.ts';
import { measureView } from './measure/view.ts';
import { numberView } from './number/view.ts';
import { scanComponentView } from './scan-component/view.ts';
import { textView } from './text/view.ts';
import type { StepView, StepViewContext } from './view-type.ts';

const views: { readonly [T in StepType]: StepView<T> } = {
  instruction: instructionView,
  'scan-component': scanComponentView,
  measure: measureView,
  'machine-cycle': machineCycleView,
  checklist: checklistView,
  choice: choiceView,
  number: numberView,
  text: textView,
};

/** @param progress of the same step as `def`. */
export function stepState(def: StepDefinition, progress: unknown, ctx: StepViewContext): StepState {
  // One table keyed by the type: definition and progress of one step belong together, which types cannot say here.
  const view = views[def.type] as (def: StepDefinition, progress: unknown, ctx: StepViewContext) => StepState;
  return view(def, progress, ctx);
}
