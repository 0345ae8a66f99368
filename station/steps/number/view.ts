import type { StepView } from '../view-type.ts';

export const numberView: StepView<'number'> = (_def, { entered }) => ({
  type: 'number',
  value: entered?.value ?? null,
  verdict: entered?.verdict ?? null,
});
