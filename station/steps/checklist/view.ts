import type { StepView } from '../view-type.ts';

export const checklistView: StepView<'checklist'> = (_def, { answers }) => ({ type: 'checklist', answers });
