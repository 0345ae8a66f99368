/** The screen of each step type. A type that is missing here does not compile. */
import type { Component } from 'svelte';
import type { StepType } from '#contract/steps/index.ts';
import Checklist from './checklist/step.svelte';
import Choice from './choice/step.svelte';
import Instruction from './instruction/step.svelte';
import MachineCycle from './machine-cycle/step.svelte';
import Measure from './measure/step.svelte';
import NumberStep from './number/step.svelte';
import ScanComponent from './scan-component/step.svelte';
import Text from './text/step.svelte';
import type { AnyStepProps, StepProps } from './props.ts';

type Screens = { readonly [T in StepType]: Component<StepProps<T>> };
const screens: Screens = {
  instruction: Instruction,
  'scan-component': ScanComponent,
  measure: Measure,
  'machine-cycle': MachineCycle,
  checklist: Checklist,
  choice: Choice,
  number: NumberStep,
  text: Text,
};

/** The step's definition and state carry the same `type`, so the props fit the screen that is picked by it. */
export function stepScreen(type: StepType): Component<AnyStepProps> {
  return screens[type] as unknown as Component<AnyStepProps>;
}
