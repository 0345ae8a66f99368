/** All values are there, or somebody ended it before; what was measured stays. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const sampleFinished = defineEvent(
  'sample.finished',
  1,
  z.strictObject({
    sampleId: z.string(),
    how: z.enum(['complete', 'stopped']),
    /** Of a stopped one; else empty. */
    reason: z.string(),
  }),
);
