/**
 * Documents down: what the server authors and stations keep a copy of, by a cursor. A document is known by kind and id;
 * only its newest version is sent. `body` null: it is gone.
 */
import { z } from 'zod';
import { localizedSchema } from '../config/text.ts';
import { actorSchema } from '../envelope.ts';
import { callClosedBody } from '../events/call.closed.ts';
import { callRaisedBody } from '../events/call.raised.ts';
import { callTicketedBody } from '../events/call.ticketed.ts';
import { containmentBegunBody } from '../events/containment.begun.ts';
import { nonconformanceAmendedBody } from '../events/nonconformance.amended.ts';
import { nonconformanceDisposedBody } from '../events/nonconformance.disposed.ts';
import { nonconformanceRecordedBody } from '../events/nonconformance.recorded.ts';
import { gaugeCalibratedBody } from '../events/gauge.calibrated.ts';
import { gaugeCheckedBody } from '../events/gauge.checked.ts';
import { gaugeRecalledBody } from '../events/gauge.recalled.ts';
import { stopReasonFactSchema } from '../events/shared.ts';
import { signalRaisedBody } from '../events/signal.raised.ts';
import { machineStates } from '../machine-state.ts';
import { passportSchema } from '../passport.ts';
import { hashSchema } from './protocol.ts';

/** A released text of the configuration; `path` relative to the configuration folder with `/`. */
export const fileBodySchema = z.object({
  path: z.string().min(1).max(300),
  /** SHA-256 of the bytes, hex. */
  sha256: hashSchema,
  /** The UTF-8 text; null for a picture, whose bytes are fetched from `files/<sha256>`. */
  text: z.string().nullable(),
  size: z.number().int(),
  /** Number of the release, counted per path. */
  release: z.number().int(),
});
export type FileBody = z.infer<typeof fileBodySchema>;

export const orderBodySchema = z.object({
  orderId: z.string(),
  materialId: z.string(),
  definitionId: z.string(),
  revision: z.string(),
  /** Pieces of the work order's share for this line (its job order). */
  quantity: z.number().int(),
  priority: z.number().int(),
  /** Sorts the dispatch list of the line: grows along it, with gaps, and may be negative. */
  sequence: z.number().int(),
  dueAt: z.number().nullable(),
  serialPrefix: z.string(),
  status: z.enum(['created', 'released', 'held', 'closed']),
  holdReason: z.string().nullable(),
});
export type OrderBody = z.infer<typeof orderBodySchema>;

/** A range of running numbers that only this station may give to new units of the order. Both ends belong to it. */
export const serialBlockBodySchema = z.object({
  blockId: z.string(),
  orderId: z.string(),
  stationId: z.string(),
  prefix: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  width: z.number().int(),
});
export type SerialBlockBody = z.infer<typeof serialBlockBodySchema>;

/** Public key of a station, to check the passports that it signed on labels. */
export const stationKeyBodySchema = z.object({
  keyId: z.string(),
  stationId: z.string(),
  /** Ed25519, 32 bytes, base64url. */
  publicKey: z.string(),
  /** UTC ms; passports signed later are refused. */
  revokedAt: z.number().nullable(),
});
export type StationKeyBody = z.infer<typeof stationKeyBodySchema>;

/** An open contradiction about a unit: stations refuse to go on with the unit until a person has closed it. */
export const caseBodySchema = z.object({
  caseId: z.string(),
  serial: z.string(),
  kind: z.string(),
  openedAt: z.number(),
});
export type CaseBody = z.infer<typeof caseBodySchema>;

const told = { at: z.number(), stationId: z.string() };

/**
 * A signal of a control chart, for every station of the line: while it is open the one it is about is locked, and any may do
 * the reaction and close it. Closed ones are taken away after some days.
 */
export const signalBodySchema = z.object({
  signalId: z.string(),
  raised: z.object({
    ...signalRaisedBody.omit({ signalId: true }).shape,
    ...told,
  }),
  steps: z.array(z.object({ stepId: z.string(), by: actorSchema, ...told })),
  closed: z.object({ causeId: z.string(), note: z.string(), by: actorSchema, ...told }).nullable(),
});
export type SignalBody = z.infer<typeof signalBodySchema>;

/**
 * A nonconformance, for every line that its units go over: facts of it by their ids, each told by whom and where
 * (domain/nonconformances). Closed ones are taken away after some days.
 */
export const nonconformanceBodySchema = z.object({
  nonconformanceId: z.string(),
  recorded: z.object({
    ...nonconformanceRecordedBody.omit({ nonconformanceId: true }).shape,
    by: actorSchema,
    ...told,
  }),
  amended: z.array(
    z.object({ ...nonconformanceAmendedBody.omit({ nonconformanceId: true }).shape, by: actorSchema, ...told }),
  ),
  disposed: z.array(
    z.object({ ...nonconformanceDisposedBody.omit({ nonconformanceId: true }).shape, by: actorSchema, ...told }),
  ),
  reworked: z.array(
    z.object({ dispositionId: z.string(), serial: z.string().nullable(), note: z.string(), by: actorSchema, ...told }),
  ),
  closed: z.object({ by: actorSchema, ...told }).nullable(),
});
export type NonconformanceBody = z.infer<typeof nonconformanceBodySchema>;
const toldBy = { ...told, by: actorSchema };

/** A finished Gage R&R study, as the gate asks for it. */
export const studyStandingSchema = z.object({
  studyId: z.string(),
  definitionId: z.string(),
  characteristicId: z.string(),
  /** %GRR of the tolerance and of the study's total variation; null: it cannot be told (no tolerance). */
  ofTolerance: z.number().nullable(),
  ofStudy: z.number().nullable(),
  /** Distinct categories (ndc). */
  distinct: z.number(),
  /** When the values that it rests on were taken, UTC ms, ascending; empty: not known (of a study that older programs told of). */
  takenAt: z.array(z.number()).default([]),
  ...told,
});
export type StudyStanding = z.infer<typeof studyStandingSchema>;

/** A gauge was found good or bad between two instants: of a check both are the same. */
export const gaugeMarkSchema = z.object({
  /** Of the calibration, check or condemning. */
  id: z.string(),
  kind: z.enum(['calibration', 'check', 'condemned']),
  good: z.boolean(),
  from: z.number(),
  to: z.number(),
  stationId: z.string(),
});
export type GaugeMark = z.infer<typeof gaugeMarkSchema>;

/** What is known of a gauge over all stations, for every station of the plant: the newest of each, and when it was good or bad. */
export const gaugeBodySchema = z.object({
  gaugeId: z.string(),
  calibration: z.object({ ...gaugeCalibratedBody.omit({ gaugeId: true }).shape, ...toldBy }).nullable(),
  check: z
    .object({
      ...gaugeCheckedBody.pick({ checkId: true, master: true, deviation: true, result: true, shift: true }).shape,
      ...toldBy,
    })
    .nullable(),
  /** The newest condemning or return. */
  use: z.object({ condemned: z.boolean(), reason: z.string(), ...toldBy }).nullable(),
  /** The newest, at most 60. */
  marks: z.array(gaugeMarkSchema),
  /** Recalls that somebody put into force, the newest, at most 20. */
  recalls: z.array(z.object({ ...gaugeRecalledBody.omit({ gaugeId: true }).shape, ...toldBy })),
  /** What the server knows to be measured with it, over all stations, in the time of a recall (in force or not). */
  measured: z.array(z.object({ recallId: z.string(), units: z.array(z.string()) })).default([]),
  /** The newest of each characteristic. */
  studies: z.array(studyStandingSchema).default([]),
});
export type GaugeBody = z.infer<typeof gaugeBodySchema>;

/**
 * A call for help, for every station of the line: any of them may answer and close it, the one that raised it escalates.
 * Closed ones are taken away after some days.
 */
export const callBodySchema = z.object({
  callId: z.string(),
  raised: z.object({ ...callRaisedBody.omit({ callId: true }).shape, ...toldBy }),
  answered: z.object({ note: z.string(), ...toldBy }).nullable(),
  escalated: z.array(z.object({ level: z.number().int(), role: z.string(), ...told })),
  closed: z.object({ ...callClosedBody.pick({ outcome: true, note: true }).shape, ...toldBy }).nullable(),
  /** How the ticket of the maintenance system stands: the newest that was heard. */
  ticket: z.object({ ...callTicketedBody.omit({ callId: true }).shape, ...told }).nullable(),
});
export type CallBody = z.infer<typeof callBodySchema>;

/**
 * A containment, for every station of the plant: while it is in force a contained lot is fitted nowhere. Lifted ones are taken
 * away after some days.
 */
export const containmentBodySchema = z.object({
  containmentId: z.string(),
  begun: z.object({ ...containmentBegunBody.omit({ containmentId: true }).shape, ...toldBy }),
  lifted: z.object({ reason: z.string(), ...toldBy }).nullable(),
  /** What the server put on hold for it over all stations, first found first: how many, and the first 500 of them. */
  held: z.object({ count: z.number().int(), serials: z.array(z.string()) }),
});
export type ContainmentBody = z.infer<typeof containmentBodySchema>;

/**
 * Which machines of a line wait, and for which one of it in the end (domain/stops/root.ts), for every station of the line: a station
 * sees its own machines only. It says what is so now, of waits that last a while; gone while nothing waits.
 */
export const lineWaitBodySchema = z.object({
  lineId: z.string(),
  machines: z.array(
    z.object({
      machineId: z.string(),
      state: z.enum(['blocked', 'starved']),
      /** UTC ms since when it waits. */
      from: z.number(),
      root: z
        .object({
          machineId: z.string(),
          title: localizedSchema,
          stationId: z.string(),
          state: z.enum(machineStates),
          alarm: z.string().nullable(),
          from: z.number(),
          to: z.number().nullable(),
          over: z.boolean(),
          stop: z
            .object({ stopId: z.string(), reasons: z.array(z.object(stopReasonFactSchema.shape)).readonly() })
            .nullable(),
        })
        .nullable(),
    }),
  ),
});
export type LineWaitBody = z.infer<typeof lineWaitBodySchema>;

export const documentKinds = {
  file: fileBodySchema,
  order: orderBodySchema,
  'serial-block': serialBlockBodySchema,
  passport: passportSchema,
  'station-key': stationKeyBodySchema,
  case: caseBodySchema,
  signal: signalBodySchema,
  nonconformance: nonconformanceBodySchema,
  gauge: gaugeBodySchema,
  call: callBodySchema,
  containment: containmentBodySchema,
  'line-wait': lineWaitBodySchema,
} as const;
export type DocumentKind = keyof typeof documentKinds;
export type DocumentBody<K extends DocumentKind> = z.infer<(typeof documentKinds)[K]>;

/** `kind` may be one that this station does not know yet: it keeps the document and does nothing with it. */
export const syncDocumentSchema = z.object({
  kind: z.string(),
  id: z.string(),
  version: z.number().int(),
  body: z.unknown().nullable(),
});
export type SyncDocument = z.infer<typeof syncDocumentSchema>;

/**
 * `GET documents?cursor=&wait=`: `cursor` is opaque and empty at first; `wait` ms (at most 25,000) is how long the server
 * may hold the question when there is nothing new.
 */
export const documentsAnswerSchema = z.object({
  /**
   * The cursor is of another past (the server was put back to an older backup, or the station moved to another line):
   * everything is sent anew, and what has not come again once `more` is false is gone.
   */
  reset: z.boolean(),
  documents: z.array(syncDocumentSchema),
  cursor: z.string(),
  more: z.boolean(),
});
export type DocumentsAnswer = z.infer<typeof documentsAnswerSchema>;
