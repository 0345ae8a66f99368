/**
 * One fact as it lies in the log. The log is the outbox (design law 2): key `(stationId, epoch, seq)`, `seq` gap-free
 * from 1 within an epoch, each record hash-chained to the one before.
 */
import { z } from 'zod';

export const actorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), id: z.string() }),
  z.strictObject({ kind: z.literal('device'), id: z.string() }),
  /** The station itself: process managers, idle lock, start-up. */
  z.strictObject({ kind: z.literal('system') }),
  /** Orders and units taken in from files (until a server exists). */
  z.strictObject({ kind: z.literal('import'), source: z.string() }),
]);
export type Actor = z.infer<typeof actorSchema>;

/** The record without its key, as the decider produced it. */
export interface NewEvent<Type extends string = string, Body = unknown> {
  readonly type: Type;
  readonly version: number;
  readonly body: Body;
}

/**
 * The record. Its JSON text is stored once, verbatim, and is what is hashed and later sent:
 * `hash = SHA-256(prevHash bytes (32; zeros for seq 1) followed by the UTF-8 bytes of the record text)`.
 */
export interface EventRecord<Type extends string = string, Body = unknown> extends NewEvent<Type, Body> {
  readonly stationId: string;
  /** Random per database incarnation, so that a restored backup can never silently reuse numbers. */
  readonly epoch: string;
  readonly seq: number;
  /** UTC ms by the station's clock; never used for ordering. */
  readonly at: number;
  /** Changes with every start of the machine; with `monoMs` it orders facts even when the clock is wrong. */
  readonly bootId: string;
  readonly monoMs: number;
  readonly actor: Actor;
  /** The command that caused it: lets a repeated command be answered without being done twice. */
  readonly commandId: string | null;
  /** Content hash of the configuration in force. */
  readonly config: string;
}
