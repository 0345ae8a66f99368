/** The link to the plant server was cut in software, to see that the station goes on and everything arrives later. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const linkTestStarted = defineEvent(
  'link-test.started',
  1,
  z.strictObject({
    testId: z.string(),
    /** UTC ms: the link is given back then at the latest. */
    untilAt: z.number(),
    /** How many facts the test writes itself meanwhile. */
    facts: z.number().int(),
  }),
);
