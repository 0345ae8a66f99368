/** The person left the station. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const operatorSignedOut = defineEvent(
  'operator.signed-out',
  1,
  z.strictObject({
    personId: z.string(),
  }),
);
