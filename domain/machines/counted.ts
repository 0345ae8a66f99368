/** Pieces that were counted, as whoever reads them has them; and which pieces lie in a window. */
import type { BodyOf } from '#contract/events/index.ts';
import type { SliceContext } from '#contract/events/shared.ts';

export interface Count {
  readonly machineId: string;
  /** UTC ms; the pieces came after `from`, the last of them at `to`. */
  readonly from: number;
  readonly to: number;
  readonly kind: BodyOf<'pieces.counted'>['kind'];
  readonly produced: number;
  /** null: no counter tells. */
  readonly good: number | null;
  readonly scrap: number | null;
  readonly cyclesMs: number[];
  readonly context: SliceContext;
}

/**
 * When each piece was made, oldest first, ms: the last at `to`, those before it back by their cycles; of pieces whose
 * cycles nobody told, evenly over what is left of the time.
 */
export function pieceInstants({ from, to, produced, cyclesMs }: Count): readonly number[] {
  const told = cyclesMs.slice(-produced);
  const instants: number[] = [];
  let at = to;
  // With n cycles the last n + 1 pieces are known: a cycle lies between two of them.
  for (let n = 0; n <= told.length && instants.length < produced; n += 1) {
    instants.push(Math.max(at, from));
    at -= told[told.length - 1 - n] ?? 0;
  }
  const rest = produced - instants.length;
  const end = instants.at(-1) ?? to;
  const even = Array.from({ length: rest }, (_, n) => from + ((end - from) * (n + 1)) / (rest + 1));
  return [...even, ...instants.reverse()];
}

/** What was counted in a window. `good` and `scrap` null: no counter of it told anything. */
export interface Pieces {
  readonly produced: number;
  readonly good: number | null;
  readonly scrap: number | null;
}

/**
 * The pieces made after `from` and up to `to`: one at the very instant of a boundary was made before it, so that windows
 * that follow each other count each piece once. Of a count that lies over a boundary, good and scrap are split in whole
 * pieces like the produced ones, the rest going to the later window.
 */
export function piecesIn(counts: readonly Count[], from: number, to: number): Pieces {
  let produced = 0;
  let good: number | null = null;
  let scrap: number | null = null;
  for (const count of counts) {
    if (count.to <= from || count.from >= to) continue;
    if (count.from >= from && count.to <= to) {
      produced += count.produced;
      if (count.good !== null) good = (good ?? 0) + count.good;
      if (count.scrap !== null) scrap = (scrap ?? 0) + count.scrap;
      continue;
    }
    const before = madeUntil(count, to);
    const earlier = madeUntil(count, from);
    produced += before.produced - earlier.produced;
    if (count.good !== null) good = (good ?? 0) + before.good - earlier.good;
    if (count.scrap !== null) scrap = (scrap ?? 0) + before.scrap - earlier.scrap;
  }
  return { produced, good, scrap };
}

function madeUntil(count: Count, until: number): { produced: number; good: number; scrap: number } {
  const [good, scrap] = [count.good ?? 0, count.scrap ?? 0];
  if (until >= count.to) return { produced: count.produced, good, scrap };
  if (until <= count.from) return { produced: 0, good: 0, scrap: 0 };
  const produced = pieceInstants(count).filter((at) => at <= until).length;
  // Where nothing was produced, what was judged has only the time to go by.
  const share = count.produced > 0 ? produced / count.produced : (until - count.from) / (count.to - count.from);
  return { produced, good: Math.floor(good * share), scrap: Math.floor(scrap * share) };
}
