/** What each step type needs on the screen beyond its definition. One builder per type, in the folder of its name. */
import type { Characteristic } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { CharacteristicView, StepState } from '#contract/rpc/execution.ts';
import type { StepDefinition, StepDefinitionOf, StepType } from '#contract/steps/index.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { ProgressOf } from '#domain/steps/index.ts';
import type { DeviceSource } from '#station/core/ports.ts';
import { checklistView } from './checklist/view.ts';
import { choiceView } from './choice/view.ts';
import { instructionView } from './instruction/view.ts';
import type { Doing } from './machine-cycle/cycle.ts';
import { machineCycleView } from './machine-cycle/view.ts';
import { measureView } from './measure/view.ts';
import { numberView } from './number/view.ts';
import { scanComponentView } from './scan-component/view.ts';
import { textView } from './text/view.ts';

export interface StepViewContext {
  readonly catalogue: Catalogue;
  readonly definition: ReleasedDefinition;
  readonly devices: Pick<DeviceSource, 'pushes'>;
  /** What the station is doing in this step right now, beyond the facts. */
  readonly doing: Doing | null;
}
export type StepStateOf<T extends StepType> = Extract<StepState, { type: T }>;
export type StepView<T extends StepType> = (
  def: StepDefinitionOf<T>,
  progress: ProgressOf[T],
  ctx: StepViewContext,
) => StepStateOf<T>;

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

export function characteristicView({ id, title, unit, decimals, nominal, lower, upper }: Characteristic): CharacteristicView {
  return { id, title, unit, decimals, nominal, lower, upper };
}

/** A characteristic of a definition; one that a checked configuration cannot lack is shown by its id. */
export function characteristicViewOf(definition: ReleasedDefinition, id: string): CharacteristicView {
  const found = definition.characteristics.find((c) => c.id === id);
  return found !== undefined
    ? characteristicView(found)
    : { id, title: { en: id, de: id }, unit: '1', decimals: 3, nominal: null, lower: null, upper: null };
}
