/** A containment is over: all of its holds are lifted, also those that are heard of later. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const containmentLiftedBody = z.strictObject({ containmentId: z.string(), reason: z.string() });

export const containmentLifted = defineEvent('containment.lifted', 1, containmentLiftedBody);
