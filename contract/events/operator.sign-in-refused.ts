/** A badge or PIN was not accepted. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { reasonSchema } from './shared.ts';

export const operatorSignInRefused = defineEvent(
  'operator.sign-in-refused',
  1,
  z.strictObject({
    personId: z.string().nullable(),
    badge: z.string().nullable(),
    reasons: z.array(reasonSchema),
  }),
);
