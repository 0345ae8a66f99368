/** What a step type's view builder is given and makes; the builders are in the folders of their types. */
import type { Characteristic, Operation } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { CharacteristicView, StepState } from '#contract/rpc/execution.ts';
import type { StepDefinitionOf, StepType } from '#contract/steps/index.ts';
import type { Facts } from '#domain/facts.ts';
import type { ProgressOf } from '#domain/steps/index.ts';
import type { DeviceSource } from '#station/core/ports.ts';
import type { Doing } from './machine-cycle/cycle.ts';

export interface StepViewContext {
  readonly facts: Facts;
  readonly definition: ReleasedDefinition;
  readonly operation: Operation;
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

export function characteristicView({
  id,
  title,
  unit,
  decimals,
  nominal,
  lower,
  upper,
}: Characteristic): CharacteristicView {
  return { id, title, unit, decimals, nominal, lower, upper };
}

/** A characteristic of a definition; one that a checked configuration cannot lack is shown by its id. */
export function characteristicViewOf(definition: ReleasedDefinition, id: string): CharacteristicView {
  const found = definition.characteristics.find((c) => c.id === id);
  return found !== undefined
    ? characteristicView(found)
    : { id, title: { en: id, de: id }, unit: '1', decimals: 3, nominal: null, lower: null, upper: null };
}
