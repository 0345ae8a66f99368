/** The reaction is done and the cause is known: the operation may start again. */
import { z } from 'zod';
import { actorSchema } from '../envelope.ts';
import { defineEvent } from './define.ts';
import { chartRefSchema } from './shared.ts';

export const signalClosed = defineEvent(
  'signal.closed',
  1,
  z.strictObject({
    signalId: z.string(),
    chart: chartRefSchema,
    /** Of the reaction plan, or `other`. */
    causeId: z.string(),
    /** What the person wrote; never empty with `other`. */
    note: z.string(),
    /** It was closed at another station, and this one heard of it from the server; null: here. */
    elsewhere: z.strictObject({ at: z.number(), by: actorSchema, stationId: z.string() }).nullable(),
  }),
);
