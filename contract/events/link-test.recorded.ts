/** A fact that an unplug test wrote itself, so that it says something on an idle station too. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const linkTestRecorded = defineEvent(
  'link-test.recorded',
  1,
  z.strictObject({
    testId: z.string(),
    /** From 1. */
    number: z.number().int(),
    of: z.number().int(),
  }),
);
