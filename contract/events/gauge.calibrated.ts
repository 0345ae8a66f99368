/** A gauge came back from its calibration. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const gaugeCalibratedBody = z.strictObject({
  calibrationId: z.string(),
  gaugeId: z.string(),
  /** Day of the calibration by the plant's calendar. */
  on: z.iso.date(),
  /** UTC ms of its beginning. */
  onAt: z.number(),
  result: z.enum(['passed', 'failed']),
  certificate: z.string(),
  /** The last day on which the gauge may be used; null with a failed one. */
  due: z.iso.date().nullable(),
  /** UTC ms of its end. */
  dueAt: z.number().nullable(),
  /** How far it was off when it came in, before anything was adjusted; null: not told. */
  asFound: z.strictObject({ deviation: z.number(), unit: z.string() }).nullable(),
  note: z.string(),
});

export const gaugeCalibrated = defineEvent('gauge.calibrated', 1, gaugeCalibratedBody);
