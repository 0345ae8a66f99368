/**
 * Where in a long series a rule may have its pattern complete: never misses one, may name too many. Only there the rule
 * itself is asked (rules.ts). The conditions of 32 points are the bits of a word, bit 0 the newest point. A comparison is
 * turned into a bit without a branch, for a branch that half the points take would cost more than all the rest.
 */
import type { PreparedRule, RuleLines } from './rule-sets.ts';

export interface Sieve {
  /** Takes in the points [start, start + 32). Blocks follow each other from 0. */
  read(data: Float64Array, start: number): void;
  /** Bits of the points just read at which this rule (by its index) may be complete. */
  candidates(rule: number): number;
}

/** The bits of the points `k` (1 to 31) earlier. */
const earlier = (now: number, older: number, k: number): number => (now >>> k) | (older << (32 - k));

/** Points at which the condition has held `length` (1 to 32) times in a row: runs of 2, 4, 8 and 16, then the rest. */
function held(now: number, older: number, length: number): number {
  let run = now;
  let before = older;
  if (length >= 2) {
    run &= (run >>> 1) | (before << 31);
    before &= before >>> 1;
  }
  if (length >= 4) {
    run &= (run >>> 2) | (before << 30);
    before &= before >>> 2;
  }
  if (length >= 8) {
    run &= (run >>> 4) | (before << 28);
    before &= before >>> 4;
  }
  if (length >= 16) {
    run &= (run >>> 8) | (before << 24);
    before &= before >>> 8;
  }
  const rest = length - (1 << (31 - Math.clz32(length)));
  return rest === 0 ? run : run & ((run >>> rest) | (before << (32 - rest)));
}

/**
 * Points that have the condition together with at least `count` of the last `points`. `lacking[n]` are those whose window so
 * far has at most n points without it.
 */
function most(now: number, older: number, count: number, points: number, lacking: Int32Array): number {
  if (now === 0) return 0;
  const allowed = points - count;
  if (allowed === 1) return mostButOne(now, older, points);
  lacking.fill(now, 0, allowed + 1);
  for (let k = 1; k < points; k += 1) {
    const has = earlier(now, older, k);
    for (let n = allowed; n > 0; n -= 1) lacking[n] = ((lacking[n] as number) & has) | (lacking[n - 1] as number);
    lacking[0] = (lacking[0] as number) & has;
  }
  return lacking[allowed] as number;
}

/** The usual "two of three" and "four of five" in registers. */
function mostButOne(now: number, older: number, points: number): number {
  let none = now;
  let one = now;
  for (let k = 1; k < points; k += 1) {
    const has = earlier(now, older, k);
    one = (one & has) | none;
    none &= has;
  }
  return one;
}

/** Every point: the rule is asked at each. */
const everywhere = -1;

/** The three nearest zone lines are sieved. */
const sieved = 3;

/** Places of the conditions in a block's half of the words. A tie or a missing point may count as either side. */
const [rose, side, turned, steady, kept, inside] = [0, 1, 2, 3, 4, 5];
/** One per sieved line. */
const [beyond, high, low] = [6, 9, 12];
/** The block just read and the one before it change places. */
const half = 16;

export function createSieve(rules: readonly PreparedRule[], { center, sigma }: RuleLines): Sieve {
  const levels = [...new Set(rules.flatMap(({ sigmas }) => (sigmas > 0 ? [sigmas] : [])))].sort((a, b) => a - b);
  const levelOf = Int32Array.from(rules, ({ sigmas }) => Math.max(0, levels.indexOf(sigmas)));
  const nearest = levels[0] === undefined ? Infinity : levels[0] * sigma;
  const [upper, lower] = [center + nearest, center - nearest];
  // What rounding may do to x - centre belongs to the candidates: the distance is taken short by a few last places.
  const distance = (k: number | undefined): number =>
    k === undefined ? Infinity : k * sigma - 8 * Number.EPSILON * (Math.abs(center) + k * sigma);
  const [far, farther] = [distance(levels[1]), distance(levels[2])];
  // The product of two such small distances would be 0.
  const insideTold = !(nearest < 1e-150);
  const words = new Int32Array(2 * half);
  const lacking = new Int32Array(33);
  let now = 0;
  let last = Number.NaN;
  const run = (place: number, length: number): number =>
    held(words[now + place] as number, words[(now ^ half) + place] as number, length);
  const enough = (place: number, count: number, points: number): number =>
    most(words[now + place] as number, words[(now ^ half) + place] as number, count, points, lacking);

  return {
    read(data, start) {
      let above = 0;
      let up = 0;
      let out = 0;
      let out1 = 0;
      let out2 = 0;
      let before = last;
      for (let i = start; i < start + 32; i += 1) {
        const x = data[i] as number;
        const off = Math.abs(x - center);
        above = ((above << 1) + Number(x >= center)) | 0;
        up = ((up << 1) + Number(x > before)) | 0;
        // At or beyond one of the two lines, in one comparison.
        out = ((out << 1) + Number((x - upper) * (x - lower) >= 0)) | 0;
        out1 = ((out1 << 1) + Number(off >= far)) | 0;
        out2 = ((out2 << 1) + Number(off >= farther)) | 0;
        before = x;
      }
      last = before;
      const older = now;
      now ^= half;
      const turn = up ^ earlier(up, words[older + rose] as number, 1);
      words[now + rose] = up;
      words[now + side] = above;
      words[now + turned] = turn;
      words[now + steady] = ~turn;
      words[now + kept] = ~(above ^ earlier(above, words[older + side] as number, 1));
      words[now + inside] = ~out;
      words[now + beyond] = out;
      words[now + beyond + 1] = out1;
      words[now + beyond + 2] = out2;
      words[now + high] = out & above;
      words[now + high + 1] = out1 & above;
      words[now + high + 2] = out2 & above;
      words[now + low] = out & ~above;
      words[now + low + 1] = out1 & ~above;
      words[now + low + 2] = out2 & ~above;
    },
    candidates(index) {
      const { kind, points, count } = rules[index] as PreparedRule;
      const level = levelOf[index] as number;
      if (level >= sieved) return everywhere;
      switch (kind) {
        case 'beyond':
          return words[now + beyond + level] as number;
        case 'same-side':
          return run(kept, points - 1);
        case 'trend':
          return points === 2 ? everywhere : run(steady, points - 2);
        case 'alternating':
          return run(turned, points - 2);
        case 'within':
          return level === 0 && insideTold ? run(inside, points) : everywhere;
        case 'outside':
          return run(beyond + level, points);
        case 'most-beyond':
          return enough(high + level, count, points) | enough(low + level, count, points);
      }
    },
  };
}
