import { z } from 'zod';
import { unitSchema } from '../../config/device.ts';
import { failingStep } from '../base.ts';

/** A number keyed in by a person, e.g. a counter or a setting read from a dial. */
export const numberDefinition = z.strictObject({
  ...failingStep,
  type: z.literal('number'),
  unit: unitSchema,
  decimals: z.number().int().min(0).max(6),
  lower: z.number().nullable().default(null),
  upper: z.number().nullable().default(null),
  /** Outside this nothing is accepted at all (a slip of the finger), inside it limits judge. */
  plausible: z.strictObject({ lower: z.number(), upper: z.number() }),
});
export const numberAction = z.strictObject({ type: z.literal('number'), do: z.literal('enter'), value: z.number() });
