/** One item of a checklist was answered. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const checkRecorded = defineEvent(
  'check.recorded',
  1,
  z.strictObject({
    ...stepRef,
    itemId: z.string(),
    ok: z.boolean(),
  }),
);
