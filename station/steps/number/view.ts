import type { StepView } from '../view.ts';

export const numberView: StepView<'number'> = (_def, { entered }) => ({
  type: 'number',
  value: entered?.value ?? null,
  verdict: entered?.verdict ?? null,
});
