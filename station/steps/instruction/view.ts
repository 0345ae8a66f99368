import type { StepView } from '../view-type.ts';

export const instructionView: StepView<'instruction'> = () => ({ type: 'instruction' });
