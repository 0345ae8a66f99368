/** The study ends without a result. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const studyAbandonedBody = z.strictObject({ studyId: z.string(), reason: z.string() });

export const studyAbandoned = defineEvent('study.abandoned', 1, studyAbandonedBody);
