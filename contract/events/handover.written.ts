/** A shift was handed over: what the station said of it, and what the person did. The first badge. */
import { z } from 'zod';
import { localizedSchema } from '../config/text.ts';
import { defineEvent } from './define.ts';

/** What was open when it was written. */
export const openKinds = [
  'stop',
  'call',
  'signal',
  'hold',
  'nonconformance',
  'gauge',
  'unit',
  'sample',
  'unsent',
] as const;
export type OpenKind = (typeof openKinds)[number];

export const handoverWrittenBody = z.strictObject({
  handoverId: z.string(),
  /** `<day>/<shift>` (domain/shifts); `<day>` in a plant without shifts. */
  shift: z.string(),
  /** UTC ms; the shift up to the instant at which it was written. */
  from: z.number(),
  to: z.number(),
  open: z.array(
    z.strictObject({
      kind: z.enum(openKinds),
      /** Of the thing: stop, call, signal, nonconformance, gauge; of a unit its serial; of unsent facts empty. */
      id: z.string(),
      title: localizedSchema,
      /** UTC ms since when, or when it is due; null: it has no time. */
      at: z.number().nullable(),
      /** How many, where one line stands for several; else 1. */
      count: z.number().int().min(1),
    }),
  ),
  /** Numbers of the shift by name; null: not known. Pieces, ratios as 0 to 1, energy in kWh. */
  figures: z.record(z.string(), z.number().nullable()),
  note: z.string(),
});

export const handoverWritten = defineEvent('handover.written', 1, handoverWrittenBody);
