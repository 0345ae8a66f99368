/**
 * What goes out to other systems: one message per fact that they account for. Bodies of webhooks (format json) and of
 * `GET /api/v1/confirmations`. Only grows.
 */
import { z } from 'zod';
import { verdictSchema } from '../events/shared.ts';

export const consumptionSchema = z.object({
  bomLine: z.string(),
  material: z.string(),
  quantity: z.number().describe('Of the bill of material line, per unit; 1 when the definition does not tell'),
  lot: z.string().nullable(),
  serial: z.string().nullable(),
  at: z.string().describe('UTC, ISO 8601'),
});
export type Consumption = z.infer<typeof consumptionSchema>;

export const measuredSchema = z.object({
  characteristic: z.string(),
  index: z.number().describe('1-based number of the value inside its step'),
  attempt: z.number().describe('Try at the step; all tries are told'),
  value: z.number(),
  unit: z.string().describe('UCUM'),
  nominal: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  verdict: verdictSchema,
  at: z.string(),
});
export type Measured = z.infer<typeof measuredSchema>;

const common = {
  /** Also the idempotency key: the same fact has the same key for ever, also after a restore or a new fold. */
  key: z.string().describe('Names this fact for ever; also the Idempotency-Key'),
  orderId: z.string(),
  at: z.string().describe('When it happened, by the clock of the station, UTC, ISO 8601'),
};

/** An operation of a unit passed: what it consumed and what was measured on the way. */
export const operationConfirmedSchema = z.object({
  kind: z.literal('operation-confirmed'),
  ...common,
  serial: z.string(),
  definitionId: z.string(),
  revision: z.string(),
  operationId: z.string(),
  stationId: z.string(),
  executionId: z.string(),
  startedAt: z.string(),
  person: z.string().nullable().describe('null also where the plant tells no persons (integration.yaml)'),
  consumption: z.array(consumptionSchema),
  measured: z.array(measuredSchema),
});
/** A run of an operation ended without passing; what it consumed and what was measured counts nevertheless. */
export const operationStoppedSchema = operationConfirmedSchema.extend({
  kind: z.literal('operation-stopped'),
  cause: z.enum(['held', 'scrapped', 'given-up']),
});
const material = z
  .string()
  .nullish()
  .describe('Part number; null: not known. Messages of before this was told do not have it');
/** The last operation of a unit passed: one good piece of the order. */
export const unitCompletedSchema = z.object({
  kind: z.literal('unit-completed'),
  ...common,
  material,
  serial: z.string(),
  stationId: z.string(),
});
/** A unit is scrap. */
export const unitScrappedSchema = z.object({
  kind: z.literal('unit-scrapped'),
  ...common,
  material,
  serial: z.string(),
  stationId: z.string(),
  reason: z.string(),
});
/** A work order changed its status, or all of its pieces are made. */
export const orderChangedSchema = z.object({
  kind: z.literal('order-changed'),
  ...common,
  material,
  status: z.enum(['created', 'released', 'held', 'closed', 'finished']),
  quantity: z.number(),
  done: z.number(),
  scrapped: z.number(),
});

export const messageSchema = z.discriminatedUnion('kind', [
  operationConfirmedSchema,
  operationStoppedSchema,
  unitCompletedSchema,
  unitScrappedSchema,
  orderChangedSchema,
]);
export type ErpMessage = z.infer<typeof messageSchema>;
export type ErpMessageKind = ErpMessage['kind'];
export const messageKinds = [
  'operation-confirmed',
  'operation-stopped',
  'unit-completed',
  'unit-scrapped',
  'order-changed',
] as const;

/** Calls for help of kinds with `webhook: true`, for a maintenance system (CMMS). One ticket is meant per `callId`. */
const callCommon = {
  key: z.string().describe('Names this fact for ever; also the Idempotency-Key'),
  callId: z.string().describe('Names the call, and so its ticket: the same in every message about it'),
  at: z.string().describe('When it happened, by the clock of the station, UTC, ISO 8601'),
  call: z.string().describe('Kind of call, of andon.yaml'),
  title: z.object({ en: z.string(), de: z.string() }),
  stationId: z.string().describe('Where help is wanted'),
  lineId: z.string().nullable(),
  machineId: z.string().nullable(),
  serial: z.string().nullable(),
  orderId: z.string().nullable(),
  note: z.string().describe('Of whoever called'),
  raisedAt: z.string(),
  person: z.string().nullable().describe('Who did it; null also where the plant tells no persons (integration.yaml)'),
};
export const callRaisedSchema = z.object({
  kind: z.literal('call-raised'),
  ...callCommon,
  role: z.string().describe('Role that is called'),
});
/** Nobody came in time: the same call, more urgent. */
export const callEscalatedSchema = z.object({
  kind: z.literal('call-escalated'),
  ...callCommon,
  role: z.string().describe('Role that is called now too'),
  level: z.number().describe('1 is the first escalation'),
});
export const callClosedSchema = z.object({
  kind: z.literal('call-closed'),
  ...callCommon,
  outcome: z.enum(['helped', 'not-needed']),
  closingNote: z.string(),
});
export const callMessageSchema = z.discriminatedUnion('kind', [
  callRaisedSchema,
  callEscalatedSchema,
  callClosedSchema,
]);
export type CallMessage = z.infer<typeof callMessageSchema>;
/** Told to targets that name them; not by the pull interface, whose readers account for orders. */
export const callMessageKinds = ['call-raised', 'call-escalated', 'call-closed'] as const;

/** Whatever goes out. */
export type OutMessage = ErpMessage | CallMessage;
export type OutMessageKind = OutMessage['kind'];

export const numberedMessageSchema = z.object({
  number: z.number().describe('Counts up per receiver, with gaps; ask again with the last one seen'),
  recordedAt: z.string().describe('When the server had it, UTC'),
  message: messageSchema,
});
