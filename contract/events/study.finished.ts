/** Everything was measured and the study is judged. It names what it is about, so that whoever asks for its standing needs nothing else. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { studyCriteriaSchema, studyResultSchema, studySubjectSchema } from './shared.ts';

export const studyFinishedBody = z.strictObject({
  studyId: z.string(),
  gaugeId: z.string().nullable(),
  subject: studySubjectSchema,
  result: studyResultSchema,
  criteria: studyCriteriaSchema,
  verdict: z.enum(['passed', 'failed']),
});

export const studyFinished = defineEvent('study.finished', 1, studyFinishedBody);
