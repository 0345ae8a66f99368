/** Everything measured with a gauge that was found bad goes on hold: what this station knows of, and by the server the rest. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const gaugeRecalledBody = z.strictObject({
  /** The failed calibration or check, or the condemning, that it is about. */
  recallId: z.string(),
  gaugeId: z.string(),
  /** UTC ms when the gauge was last found good before; null: never. */
  since: z.number().nullable(),
  /** UTC ms when it was found bad. */
  foundAt: z.number(),
  /** Serials measured with it in that time, as far as this station knows. */
  units: z.array(z.string()),
});

export const gaugeRecalled = defineEvent('gauge.recalled', 1, gaugeRecalledBody);
