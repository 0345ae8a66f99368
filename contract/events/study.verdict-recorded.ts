/** One judgement of a part in an agreement study. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { studyPlace } from './shared.ts';

export const studyVerdictRecordedBody = z.strictObject({
  ...studyPlace,
  valueId: z.string(),
  verdict: z.enum(['good', 'bad']),
  /** The judgement whose place it takes, and why; it stays in the log. */
  replaces: z.string().nullable(),
  reason: z.string().nullable(),
});

export const studyVerdictRecorded = defineEvent('study.verdict-recorded', 1, studyVerdictRecordedBody);
