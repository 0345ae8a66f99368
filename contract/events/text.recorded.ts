/** A text was entered by a person or scanned. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef, entrySchema } from './shared.ts';

export const textRecorded = defineEvent(
  'text.recorded',
  1,
  z.strictObject({
    ...stepRef,
    text: z.string(),
    entry: entrySchema,
  }),
);
