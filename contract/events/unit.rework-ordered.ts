/**
 * The unit goes back through operations. Their passes end, and those of all that come after them; a pass counts again only
 * when its run was begun knowing of this order (contract/passport.ts).
 */
import { z } from 'zod';
import { passportReworkSchema } from '../passport.ts';
import { defineEvent } from './define.ts';

export const unitReworkOrdered = defineEvent(
  'unit.rework-ordered',
  1,
  passportReworkSchema.omit({ stationId: true, at: true }).extend({ serial: z.string() }),
);
