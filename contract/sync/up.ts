/** Facts up: batches of one stream, and the heartbeat that compares both ends. */
import { z } from 'zod';
import { hashSchema, headSchema } from './protocol.ts';

/**
 * A stream is `(stationId, epoch, branch)`. `branch` is empty but where a station, put back from a backup, went on under
 * numbers that the server holds already: what it wrote since is kept as a branch beside them, never instead of them.
 * Its name is the first 16 hex digits of the hash of its first event.
 */
export const branchSchema = z.string().regex(/^(?:[0-9a-f]{16})?$/);
export const epochSchema = z.string().regex(/^[0-9a-f]{1,32}$/);

/**
 * `POST events`, content-type `application/x-ndjson`, content-encoding `zstd`, `gzip` or none. The first line is this
 * head; each following line is the text of one record, verbatim as it is hashed (contract/envelope.ts; JSON text holds no
 * line break). Lines end with \n.
 */
export const batchHeadSchema = z.strictObject({
  v: z.literal(1),
  epoch: epochSchema,
  branch: branchSchema,
  /** Number of the first event of this batch. */
  first: z.number().int().min(1),
  count: z.number().int().min(1),
  /** Chain hash of the event before `first`. */
  prevHash: hashSchema,
  /** Chain hash of the last event of the batch: the whole content is checked by it. */
  lastHash: hashSchema,
});
export type BatchHead = z.infer<typeof batchHeadSchema>;

/** 200. `stored` were new, `replayed` were there already with the same hash. */
export const batchAnswerSchema = z.object({
  head: headSchema,
  stored: z.number().int(),
  replayed: z.number().int(),
});
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;

/** `POST hello`: what a station says of itself, every 5 s and first of all after it came back. */
export const helloSchema = z.object({
  version: z.string().max(64),
  bootId: z.string().max(64),
  /** UTC ms by the station's clock. */
  now: z.number(),
  startedAt: z.number(),
  /** Content hash of the configuration in force. */
  configHash: z.string().max(128),
  storeState: z.string().max(32),
  /** Where each stream of the station ends; epochs in the order they began. */
  streams: z.array(z.object({ epoch: epochSchema, branch: branchSchema, ...headSchema.shape })).max(1_000),
  unsent: z.object({ count: z.number().int(), oldestAt: z.number().nullable() }),
  /** Devices that should be there and are not, by id. */
  devicesDown: z.array(z.string().max(64)).max(200),
  /** Blobs waiting on the side road. */
  blobsWaiting: z.number().int(),
});
export type Hello = z.infer<typeof helloSchema>;

export const helloAnswerSchema = z.object({
  server: z.object({ version: z.string(), plantId: z.string(), now: z.number() }),
  /** Heads of the same streams on the server; a stream it does not have is given with seq 0. */
  streams: z.array(z.object({ epoch: epochSchema, branch: branchSchema, ...headSchema.shape })),
});
export type HelloAnswer = z.infer<typeof helloAnswerSchema>;

/** `GET hashes?epoch=&branch=&first=&count=`: chain hashes of this station's own stream, to find where two ends part. */
export const hashesAnswerSchema = z.object({ first: z.number().int(), hashes: z.array(hashSchema) });
export type HashesAnswer = z.infer<typeof hashesAnswerSchema>;
