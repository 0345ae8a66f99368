/**
 * The passport of a unit: what happened to it at all stations, in the form that travels. It is a join: every part is a set
 * by key or a mark that is set once, so that two passports of one unit can be united in any order and any number of times
 * with the same result (domain/units/passport.ts). Nobody has to receive things in the order in which they happened.
 */
import { z } from 'zod';
import { localizedSchema } from './config/text.ts';
import { actorSchema } from './envelope.ts';
import { knownSetUpsSchema, reasonSchema } from './events/shared.ts';

/** Where and when a unit with this serial came into being. More than one, with unlike content, is a contradiction. */
export const passportOriginSchema = z.strictObject({
  orderId: z.string(),
  materialId: z.string(),
  definitionId: z.string(),
  revision: z.string(),
  stationId: z.string(),
  at: z.number(),
  /** Taken in from files: several stations may have read the same file. */
  imported: z.boolean(),
});

/** Rework orders that were known when something began; in order; left out: none. */
export const knownReworksSchema = z.array(z.string()).min(1).optional();

/** By operation and execution. `executionId`, `stationId`, `at` null: the source did not tell. */
export const passportPassSchema = z.strictObject({
  operationId: z.string(),
  executionId: z.string().nullable(),
  stationId: z.string().nullable(),
  at: z.number().nullable(),
  reworks: knownReworksSchema,
  setUps: knownSetUpsSchema,
});

/**
 * By rework. A pass of an operation in `ends` counts only when it knew of this order; so an order beats every pass that was
 * made without it, in whatever order things are heard, and two orders at once are both met by one later run.
 */
export const passportReworkSchema = z.strictObject({
  reworkId: z.string(),
  nonconformanceId: z.string(),
  kind: z.enum(['rework', 'repair']),
  /** What is to be done again. */
  operations: z.array(z.string()).min(1),
  /** Operations whose passes end: these and what comes after them. */
  ends: z.array(z.string()).min(1),
  stationId: z.string(),
  at: z.number(),
});

/** By disposition. */
export const passportConcessionSchema = z.strictObject({
  dispositionId: z.string(),
  nonconformanceId: z.string(),
  defectText: localizedSchema,
  number: z.string(),
  expiresAt: z.number().nullable(),
  stationId: z.string(),
  at: z.number(),
  by: actorSchema,
});

/** By execution. */
export const passportRunSchema = z.strictObject({
  executionId: z.string(),
  operationId: z.string(),
  stationId: z.string(),
  startedAt: z.number(),
  ended: z.strictObject({ at: z.number(), how: z.enum(['passed', 'stopped']) }).nullable(),
});

/** By hold. */
export const passportHoldSchema = z.strictObject({
  holdId: z.string(),
  /** What the person wrote; empty when a step failed. */
  reason: z.string(),
  reasons: z.array(reasonSchema),
  operationId: z.string().nullable(),
  stepId: z.string().nullable(),
  stationId: z.string(),
  at: z.number(),
  by: actorSchema,
  lifted: z.strictObject({ at: z.number(), by: actorSchema, stationId: z.string() }).nullable(),
});

const mark = z.strictObject({ at: z.number(), stationId: z.string() }).nullable();

export const passportSchema = z.strictObject({
  serial: z.string(),
  /** At least one; in order of `at`, then station. The first is the unit's identity. */
  origins: z.array(passportOriginSchema).min(1),
  passed: z.array(passportPassSchema),
  runs: z.array(passportRunSchema),
  holds: z.array(passportHoldSchema),
  scrapped: mark,
  /** `reworks`: orders known when it was completed. Of several the one that knew most; it counts when it knew all. */
  completed: z.strictObject({ at: z.number(), stationId: z.string(), reworks: knownReworksSchema }).nullable(),
  /** Left out: none. What an older program does not know is only in passports of units that were reworked or conceded. */
  reworks: z.array(passportReworkSchema).min(1).optional(),
  concessions: z.array(passportConcessionSchema).min(1).optional(),
});
export type Passport = z.infer<typeof passportSchema>;
export type PassportOrigin = z.infer<typeof passportOriginSchema>;
export type PassportPass = z.infer<typeof passportPassSchema>;
export type PassportRun = z.infer<typeof passportRunSchema>;
export type PassportRework = z.infer<typeof passportReworkSchema>;
export type PassportConcession = z.infer<typeof passportConcessionSchema>;
export type PassportHold = z.infer<typeof passportHoldSchema>;
