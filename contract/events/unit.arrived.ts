/**
 * What was known of the unit from elsewhere when something was done with it here: written before the fact that rests on
 * it, so that this log alone explains what was decided.
 */
import { z } from 'zod';
import { passportSchema } from '../passport.ts';
import { defineEvent } from './define.ts';

export const unitArrived = defineEvent(
  'unit.arrived',
  1,
  z.strictObject({
    serial: z.string(),
    passport: passportSchema,
    via: z.enum(['server', 'label']),
    /** Of the server's document; null from a label. */
    version: z.number().int().nullable(),
    /** Key that signed the label, and when; null from the server. */
    keyId: z.string().nullable(),
    issuedAt: z.number().nullable(),
  }),
);
