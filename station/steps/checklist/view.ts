import type { StepView } from '../view.ts';

export const checklistView: StepView<'checklist'> = (_def, { answers }) => ({ type: 'checklist', answers });
