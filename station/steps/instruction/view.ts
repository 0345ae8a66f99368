import type { StepView } from '../view.ts';

export const instructionView: StepView<'instruction'> = () => ({ type: 'instruction' });
