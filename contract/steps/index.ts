/** The step types there are. Each is a folder of the same name in contract, domain, station and renderer; a test holds that. */
import { z } from 'zod';
import { instructionAction, instructionDefinition } from './instruction/definition.ts';
import { scanComponentAction, scanComponentDefinition } from './scan-component/definition.ts';
import { measureAction, measureDefinition } from './measure/definition.ts';
import { machineCycleAction, machineCycleDefinition } from './machine-cycle/definition.ts';
import { checklistAction, checklistDefinition } from './checklist/definition.ts';
import { choiceAction, choiceDefinition } from './choice/definition.ts';
import { numberAction, numberDefinition } from './number/definition.ts';
import { textAction, textDefinition } from './text/definition.ts';

export const stepDefinitionSchema = z.discriminatedUnion('type', [
  instructionDefinition,
  scanComponentDefinition,
  measureDefinition,
  machineCycleDefinition,
  checklistDefinition,
  choiceDefinition,
  numberDefinition,
  textDefinition,
]);
export type StepDefinition = z.infer<typeof stepDefinitionSchema>;
export type StepType = StepDefinition['type'];
export type StepDefinitionOf<T extends StepType> = Extract<StepDefinition, { type: T }>;

export const stepTypes = [
  'instruction',
  'scan-component',
  'measure',
  'machine-cycle',
  'checklist',
  'choice',
  'number',
  'text',
] as const satisfies readonly StepType[];

/** What a person does in a step. */
export const stepActionSchema = z.union([
  instructionAction,
  scanComponentAction,
  measureAction,
  machineCycleAction,
  checklistAction,
  choiceAction,
  numberAction,
  textAction,
]);
export type StepAction = z.infer<typeof stepActionSchema>;
export type StepActionOf<T extends StepType> = Extract<StepAction, { type: T }>;
