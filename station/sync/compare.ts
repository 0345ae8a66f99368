/** Both ends of a stream, number by number, in pages of chain hashes. */
import { syncLimits } from '#contract/sync/protocol.ts';
import type { SyncClient, StreamName } from './client.ts';

export interface Compared {
  readonly first: number;
  readonly last: number;
  /** How many of these numbers each end has. */
  readonly here: number;
  readonly there: number;
  readonly equal: boolean;
  /** First number under which the ends differ, or that is missing at one of them. */
  readonly firstDifference: number | null;
}

/**
 * @param ours hashes of this station from `first` on, at most `count`; fewer at the end
 * @throws LinkError, ServerError
 */
export async function compareStream(
  client: Pick<SyncClient, 'hashes'>,
  stream: StreamName,
  first: number,
  last: number,
  ours: (first: number, count: number) => readonly string[],
  progress: (done: number) => void = () => undefined,
): Promise<Compared> {
  let here = 0;
  let there = 0;
  let firstDifference: number | null = null;
  for (let next = first; next <= last; next += syncLimits.hashesPerAnswer) {
    const count = Math.min(syncLimits.hashesPerAnswer, last - next + 1);
    const [mine, theirs] = [ours(next, count).slice(0, count), await theirHashes(client, stream, next, count)];
    here += mine.length;
    there += theirs.length;
    for (let i = 0; i < count && firstDifference === null; i += 1) {
      if (mine[i] === undefined || mine[i] !== theirs[i]) firstDifference = next + i;
    }
    progress(Math.min(last, next + count - 1) - first + 1);
  }
  return { first, last, here, there, equal: firstDifference === null, firstDifference };
}

/** The server may give them in smaller pages than asked for. */
async function theirHashes(
  client: Pick<SyncClient, 'hashes'>,
  stream: StreamName,
  first: number,
  count: number,
): Promise<string[]> {
  const all: string[] = [];
  while (all.length < count) {
    const { hashes } = await client.hashes(stream, first + all.length, count - all.length);
    if (hashes.length === 0) break;
    all.push(...hashes.slice(0, count - all.length));
  }
  return all;
}
