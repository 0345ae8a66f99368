/** What was added to a nonconformance afterwards: a note, a photo, more pieces. Nothing that was told before is taken back. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { photoSchema } from './shared.ts';

export const nonconformanceAmendedBody = z.strictObject({
  nonconformanceId: z.string(),
  amendmentId: z.string(),
  /** Empty: none. */
  note: z.string(),
  photo: photoSchema.nullable(),
  /** Of a quantity: how many pieces there are in all; null: as before. */
  quantity: z.number().int().min(1).nullable(),
  /** Of units: these have it too. */
  serials: z.array(z.string()),
});

export const nonconformanceAmended = defineEvent('nonconformance.amended', 1, nonconformanceAmendedBody);
