import { z } from 'zod';
import { stepBase } from '../base.ts';

/** Read, do, confirm. */
export const instructionDefinition = z.strictObject({ ...stepBase, type: z.literal('instruction') });
export const instructionAction = z.strictObject({ type: z.literal('instruction'), do: z.literal('confirm') });
