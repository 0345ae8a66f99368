/** The unit is used as it is under a concession: shown with it for ever. */
import { z } from 'zod';
import { passportConcessionSchema } from '../passport.ts';
import { defineEvent } from './define.ts';

export const unitConceded = defineEvent(
  'unit.conceded',
  1,
  passportConcessionSchema.omit({ stationId: true, at: true, by: true }).extend({ serial: z.string() }),
);
