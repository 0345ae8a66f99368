/** What the screen of a step is given; one folder per step type, named like its type in `contract/steps`. */
import type { ExecutionView, StepState } from '#contract/rpc/execution.ts';
import type { StepAction, StepActionOf, StepDefinitionOf, StepType } from '#contract/steps/index.ts';
import type { Act } from '../state/act.svelte.ts';

export type StepView = NonNullable<ExecutionView['step']>;
export type StepStateOf<T extends StepType> = Extract<StepState, { readonly type: T }>;

export interface StepProps<T extends StepType = StepType> {
  readonly view: ExecutionView;
  readonly step: StepView;
  readonly definition: StepDefinitionOf<T>;
  readonly state: StepStateOf<T>;
  /** Sends one act of this step, bound to the step and attempt that are on the screen. */
  send(action: StepActionOf<T>): Promise<boolean>;
  /** What came of the last act, when it was not done. */
  readonly act: Act;
  /** Changes with every state of the step: a key that stays under the finger is about something new. */
  readonly about: string;
}
/** The same without knowing the type: how the execution screen calls it. */
export type AnyStepProps = Omit<StepProps, 'send'> & { send(action: StepAction): Promise<boolean> };
