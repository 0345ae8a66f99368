/** The unit is scrap. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const unitScrapped = defineEvent(
  'unit.scrapped',
  1,
  z.strictObject({
    serial: z.string(),
    reason: z.string(),
  }),
);
