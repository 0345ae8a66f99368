import type { StepView } from '../view-type.ts';

export const choiceView: StepView<'choice'> = (_def, { chosen }) => ({
  type: 'choice',
  chosen: chosen?.option ?? null,
});
