/** A shift was handed over: what the station said of it, and what the person did. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const handoverWritten = defineEvent(
  'handover.written',
  1,
  z.strictObject({
    handoverId: z.string(),
    /** `<day>/<shift>` (domain/shifts). */
    shift: z.string(),
    from: z.number(),
    to: z.number(),
    /** What was open by itself: kind and id of each, with what a person reads. */
    open: z.array(z.strictObject({ kind: z.string(), id: z.string(), text: z.string() })),
    /** Numbers of the shift by name, as shown; null: not known. */
    figures: z.record(z.string(), z.number().nullable()),
    note: z.string(),
  }),
);
