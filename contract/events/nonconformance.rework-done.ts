/** Rework or repair that was ordered is done: of a unit when its operations have passed again, of a quantity when somebody says so. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const nonconformanceReworkDone = defineEvent(
  'nonconformance.rework-done',
  1,
  z.strictObject({
    nonconformanceId: z.string(),
    dispositionId: z.string(),
    /** null: of a quantity. */
    serial: z.string().nullable(),
    note: z.string(),
  }),
);
