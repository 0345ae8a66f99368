/** All pieces are disposed of, and all rework is done. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const nonconformanceClosed = defineEvent(
  'nonconformance.closed',
  1,
  z.strictObject({ nonconformanceId: z.string() }),
);
