/** One measured value of a Gage R&R study. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { readingFactSchema, studyPlace } from './shared.ts';

export const studyValueRecordedBody = z.strictObject({
  ...studyPlace,
  valueId: z.string(),
  reading: readingFactSchema,
  /** The value whose place it takes, and why; it stays in the log. */
  replaces: z.string().nullable(),
  reason: z.string().nullable(),
});

export const studyValueRecorded = defineEvent('study.value-recorded', 1, studyValueRecordedBody);
