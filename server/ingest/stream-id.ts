import { createHash } from 'node:crypto';

export interface StreamKey {
  readonly stationId: string;
  readonly epoch: string;
  readonly branch: string;
}

/**
 * The stream's number: 52 bits of the hash of its key, so that it is the same everywhere, e.g. where several plants'
 * streams lie in one database. With 100,000 streams two of them meet with a chance of one in a million; the second is
 * then refused (store-batch.ts), and nothing is mixed.
 */
export function streamIdOf({ stationId, epoch, branch }: StreamKey): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([stationId, epoch, branch]))
    .digest();
  return Number(digest.readBigUInt64BE(0) >> 12n);
}
