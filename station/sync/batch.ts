/** A batch as it goes over the road: read in small bites so that nothing else of the station waits, then compressed. */
import { setImmediate as breathe } from 'node:timers/promises';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { BatchHead } from '#contract/sync/up.ts';
import type { Outbox, OutboxStream } from '#station/store/outbox.ts';

export interface BatchLimits {
  readonly events: number;
  /** Unpacked. A single event may be larger. */
  readonly bytes: number;
}

export interface Batch {
  readonly stream: OutboxStream;
  readonly first: number;
  readonly last: number;
  readonly lastHash: string;
  readonly body: Uint8Array;
  readonly encoding: 'zstd' | 'gzip';
}

/** Rows read without a pause; about 0.3 ms. */
const bite = 250;

/** Node without zstd (before 22.15) compresses with gzip. */
export const bestEncoding = typeof zlib.zstdCompress === 'function' ? 'zstd' : 'gzip';
const gzip = promisify(zlib.gzip);

async function packed(bytes: Uint8Array, encoding: Batch['encoding']): Promise<Uint8Array> {
  if (encoding === 'gzip') return gzip(bytes, { level: 1 });
  // Level 1: records repeat so much that higher levels save little and cost CPU that the station needs.
  return promisify(zlib.zstdCompress)(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } });
}

/**
 * The events from `first` on, as many as the limits and the log allow, at least one.
 * @throws Error of the store when the log cannot be read
 */
export async function makeBatch(
  outbox: Outbox,
  stream: OutboxStream,
  first: number,
  limits: BatchLimits,
  encoding: Batch['encoding'] = bestEncoding,
): Promise<Batch> {
  const parts: Buffer[] = [];
  let bytes = 0;
  let next = first;
  let step = Math.min(bite, limits.events);
  const end = Math.min(stream.last, first + limits.events - 1);
  while (next <= end && bytes < limits.bytes) {
    const upTo = Math.min(end, next + step - 1);
    const lines = outbox.lines(stream, next, upTo);
    if (bytes + lines.length > limits.bytes && upTo > next) {
      // Large events: fewer of them, down to one at a time.
      step = Math.max(1, Math.floor((upTo - next + 1) / 4));
      continue;
    }
    if (bytes > 0 && bytes + lines.length > limits.bytes) break;
    parts.push(lines);
    bytes += lines.length;
    next = upTo + 1;
    if (next <= end) await breathe();
  }
  const last = next - 1;
  const head: BatchHead = {
    v: 1,
    epoch: stream.epoch,
    branch: stream.branch,
    first,
    count: last - first + 1,
    prevHash: outbox.hashAt(stream, first - 1),
    lastHash: outbox.hashAt(stream, last),
  };
  const body = await packed(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...parts]), encoding);
  return { stream, first, last, lastHash: head.lastHash, body, encoding };
}
