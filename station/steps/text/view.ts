import type { StepView } from '../view.ts';

export const textView: StepView<'text'> = (_def, { text }) => ({ type: 'text', text });
