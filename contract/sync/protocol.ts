/**
 * The road between a station and the plant server: plain HTTP bodies, versioned by their path, so that a station and a
 * server of different ages can talk for years. Everything here only grows (design law 11).
 */
import { z } from 'zod';

/** Base of every address below. A new, incompatible protocol gets a new number and both are served. */
export const syncBase = '/sync/v1';

export const syncPaths = {
  enrol: `${syncBase}/enrol`,
  hello: `${syncBase}/hello`,
  events: `${syncBase}/events`,
  hashes: `${syncBase}/hashes`,
  documents: `${syncBase}/documents`,
  files: `${syncBase}/files`,
  blobs: `${syncBase}/blobs`,
} as const;

export const syncLimits = {
  /** Events of one batch. */
  batchEvents: 5_000,
  /** Bytes of one batch, unpacked. One event may be as large as a batch. */
  batchBytes: 8 * 1024 * 1024,
  /** Bytes of one piece on the side road. */
  blobPieceBytes: 256 * 1024,
  /** Bytes of one blob. */
  blobBytes: 64 * 1024 * 1024,
  hashesPerAnswer: 10_000,
  documentsPerAnswer: 500,
  /** Longest time in ms that the server holds a question for documents open when there are none. */
  documentsWaitMs: 25_000,
} as const;

/** How often a linked station says hello, in ms. A station not heard of for three of these is shown as silent. */
export const helloEveryMs = 5_000;
/** A station that was not heard of for so long is shown as silent. */
export const silentMs = 3 * helloEveryMs;

/** Id of the plant server's own stream: facts that people make on the plant view (holds, lifts). No station may have it. */
export const plantStationId = '@plant';

/** 64 hex digits. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
/** Hash before the first event of an epoch. */
export const zeroHash = '0'.repeat(64);

/**
 * Why the server did not do what was asked. `retry`: the same question may be asked again later; `rewind`: ask again from
 * `head`; `fork`: the server holds another event under one of these numbers; `stop`: asking again cannot help, a person
 * must act (`remedy`).
 */
export const syncErrorCodes = {
  'batch-invalid': 'stop',
  'batch-too-large': 'stop',
  gap: 'rewind',
  fork: 'fork',
  'signature-missing': 'stop',
  'signature-wrong': 'stop',
  'station-unknown': 'stop',
  'station-revoked': 'stop',
  'stream-not-yours': 'stop',
  'code-wrong': 'stop',
  'code-expired': 'stop',
  'already-enrolled': 'stop',
  'protocol-unknown': 'stop',
  'not-found': 'stop',
  'input-invalid': 'stop',
  'too-many-requests': 'retry',
  'server-busy': 'retry',
  'database-unreachable': 'retry',
  internal: 'retry',
} as const;
export type SyncErrorCode = keyof typeof syncErrorCodes;

/** Where a stream ends on the server. `seq` 0 and `zeroHash`: nothing is there yet. */
export const headSchema = z.object({ seq: z.number().int().min(0), hash: hashSchema });
export type Head = z.infer<typeof headSchema>;

/** Body of every answer that is not 2xx. English, for the log and the engineer; screens go by `error`. */
export const syncErrorSchema = z.object({
  error: z.string(),
  /** What and where, with the values it was judged on. */
  problem: z.string(),
  /** What to do. */
  remedy: z.string(),
  /** With `gap` and `fork`. */
  head: headSchema.optional(),
});
export type SyncError = z.infer<typeof syncErrorSchema>;
