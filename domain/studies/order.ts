/**
 * The random order of a study. Every appraiser takes the parts in another order in every trial, and never the same part twice
 * one after the other, so that nobody measures what they still have in their head (AIAG MSA 4th ed., chapter III section B).
 */

/** FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo), 32 bits: a seed from an id that is unique for ever. */
export function seedOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** mulberry32 (T. Ettinger, public domain): uniform in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All orders alike (R. A. Fisher and F. Yates 1938, as R. Durstenfeld 1964). */
function shuffled(count: number, next: () => number): number[] {
  const parts = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [parts[i], parts[j]] = [parts[j] as number, parts[i] as number];
  }
  return parts;
}

/**
 * @param parts at least 2.
 * @param seed 32 bits, unsigned; the same seed draws the same order.
 * @returns `[appraiser][trial]`: the parts by their place, from 0.
 */
export function drawOrder(parts: number, appraisers: number, trials: number, seed: number): number[][][] {
  const next = uniform(seed);
  return Array.from({ length: appraisers }, () => {
    const rounds: number[][] = [];
    for (let trial = 0; trial < trials; trial += 1) {
      const last = rounds.at(-1)?.at(-1);
      // Drawn anew rather than swapped: all orders that are allowed stay alike.
      let round = shuffled(parts, next);
      while (round[0] === last) round = shuffled(parts, next);
      rounds.push(round);
    }
    return rounds;
  });
}
