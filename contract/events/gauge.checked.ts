/** A gauge has seen its master part. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { readingFactSchema } from './shared.ts';

export const gaugeCheckedBody = z.strictObject({
  checkId: z.string(),
  gaugeId: z.string(),
  master: z.strictObject({ id: z.string(), value: z.number(), tolerance: z.number(), unit: z.string() }),
  readings: z.array(readingFactSchema).min(1),
  /** Of the reading that is farthest off; unit of the master. */
  deviation: z.number(),
  /** Passed: no reading is farther off than the tolerance. */
  result: z.enum(['passed', 'failed']),
  /** Shift in which it was made (domain/shifts), e.g. `2026-11-25/early`; null: the plant has no shifts. */
  shift: z.string().nullable(),
});

export const gaugeChecked = defineEvent('gauge.checked', 1, gaugeCheckedBody);
