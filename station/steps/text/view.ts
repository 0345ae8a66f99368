import type { StepView } from '../view-type.ts';

export const textView: StepView<'text'> = (_def, { text }) => ({ type: 'text', text });
