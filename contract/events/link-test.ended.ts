/** The link was given back. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const linkTestEnded = defineEvent(
  'link-test.ended',
  1,
  z.strictObject({
    testId: z.string(),
    /** `restart`: the station ended while the link was cut. */
    ended: z.enum(['button', 'time', 'restart']),
    /** Facts written by the test itself. */
    facts: z.number().int(),
  }),
);
