/** When something that a machine told really was: by its own clock where that can be believed, else when it came here. */
import type { Reading } from '#contract/reading.ts';

export interface Instant {
  /** Whole UTC ms. */
  readonly at: number;
  readonly clock: 'machine' | 'station';
  /** The machine's clock says something that cannot be. */
  readonly wrong: boolean;
}

/** A machine and a station that are set from one source are closer than this; ms. */
const apartMs = 30_000;
/** A value may be as old as this when it is heard for the first time; older than any clock is off by being reset. */
const oldestMs = 31 * 86_400_000;

/**
 * @param sinceMs how far back what comes now may be from: 0 while the machine is heard, the length of the outage where its values
 *   were kept meanwhile, null where it is heard for the first time and may tell of its last change long ago
 */
export function instantOf(
  { sourceAt, receivedAt }: Pick<Reading, 'sourceAt' | 'receivedAt'>,
  sinceMs: number | null,
): Instant {
  const received = Math.trunc(receivedAt);
  if (sourceAt === null) return { at: received, clock: 'station', wrong: false };
  const lag = receivedAt - sourceAt;
  const oldest = sinceMs === null ? oldestMs : sinceMs + apartMs;
  if (lag < -apartMs || lag > oldest || !Number.isFinite(sourceAt))
    return { at: received, clock: 'station', wrong: true };
  // Nothing is heard before it happened.
  return lag < 0
    ? { at: received, clock: 'station', wrong: false }
    : { at: Math.trunc(sourceAt), clock: 'machine', wrong: false };
}
