/** A badge was accepted. `pin` tells whether the PIN was given too. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { entrySchema } from './shared.ts';

export const operatorSignedIn = defineEvent(
  'operator.signed-in',
  1,
  z.strictObject({
    personId: z.string(),
    name: z.string(),
    pin: z.boolean(),
    entry: entrySchema,
    replaced: z.string().nullable(),
  }),
);
