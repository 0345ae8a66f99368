/**
 * Where in a long series a rule may have its pattern complete: never misses one, may name too many. Only there the rule
 * itself is asked (rules.ts). A condition of 32 points is one word, bit 0 the newest of them, and a rule is a few shifts of
 * such words. A comparison is turned into a bit without a branch, for a branch that half the points take would cost more than
 * all the rest; ties and missing points may fall on either side, the rule decides.
 */
import type { PreparedRule, RuleLines } from './rule-sets.ts';

/** One word per whole block of 32 points. */
type Words = Int32Array;

/** Blocks that are read, sieved and asked together: their points still lie in the processor's cache then. */
export const chunk = 128;

export interface Sieve {
  /** Whole blocks of 32 points; what remains behind them has to be asked point by point. */
  readonly blocks: number;
  /** Takes in the blocks [from, to), at most a chunk, each chunk once and in order. */
  read(from: number, to: number): void;
  /**
   * Finds the points of those blocks that may complete the rule: only blocks that have some, in order. The lists are used
   * again by the next call.
   * @returns how many blocks; -1: the rule has to be asked everywhere.
   */
  candidates(rule: PreparedRule, from: number, to: number): number;
  /** Number of the block, and its points as bits, the oldest highest. */
  readonly found: Found;
}

interface Found {
  readonly block: Words;
  readonly points: Words;
}

/** Two zone lines are sieved; a rule on a farther one takes the words of the second, which hold all its points. */
export function createSieve(data: Float64Array, rules: readonly PreparedRule[], { center, sigma }: RuleLines): Sieve {
  const levels = [...new Set(rules.flatMap(({ sigmas }) => (sigmas > 0 ? [sigmas] : [])))].sort((a, b) => a - b);
  const nearest = levels[0] === undefined ? Infinity : levels[0] * sigma;
  const second = levels[1] === undefined ? Infinity : levels[1] * sigma;
  // What rounding may do to x - centre belongs to the candidates: the distance is taken short by a few last places.
  const far = second === Infinity ? second : second - 8 * Number.EPSILON * (Math.abs(center) + second);
  const blocks = data.length >> 5;
  const list = (): Words => new Int32Array(blocks);
  const words: Conditions = { above: list(), up: list(), out: list(), far: list(), turned: list(), kept: list() };
  // One more: a block without candidates is written behind the others and written over by the next.
  const found = { block: new Int32Array(chunk + 1), points: new Int32Array(chunk + 1) };
  const beyond = (sigmas: number): Words => (sigmas === levels[0] ? words.out : words.far);
  return {
    blocks,
    found,
    read(from, to) {
      read(data, from, to, center, center + nearest, center - nearest, far, words);
      turns(words.up, words.turned, from, to, 0);
      turns(words.above, words.kept, from, to, -1);
    },
    candidates({ kind, points, count, sigmas }, from, to) {
      switch (kind) {
        case 'beyond':
          return held(beyond(sigmas), found, from, to, 1, 0);
        case 'same-side':
          return held(words.kept, found, from, to, points - 1, 0);
        case 'trend':
          return points === 2 ? -1 : held(words.turned, found, from, to, points - 2, -1);
        case 'alternating':
          return held(words.turned, found, from, to, points - 2, 0);
        case 'within':
          // Farther lines have too few words here; of so near ones the product of two distances would be 0.
          return sigmas !== levels[0] || nearest < 1e-150 ? -1 : held(words.out, found, from, to, points, -1);
        case 'outside':
          return held(beyond(sigmas), found, from, to, points, 0);
        case 'most-beyond':
          if (points - count === 1) return mostButOne(beyond(sigmas), words.above, found, from, to, points);
          return mostBut(beyond(sigmas), words.above, found, from, to, points, points - count);
      }
    },
  };
}

interface Conditions {
  /** Not below the centre. */
  readonly above: Words;
  readonly up: Words;
  /** At or beyond the nearest zone line. */
  readonly out: Words;
  /** Beyond the second. */
  readonly far: Words;
  /** Rose after it fell, or fell after it rose. */
  readonly turned: Words;
  /** On the side of the point before. */
  readonly kept: Words;
}

/** The one pass over the points. Two at a time, which spares half the cost of the loop itself. */
function read(
  data: Float64Array,
  from: number,
  to: number,
  center: number,
  upper: number,
  lower: number,
  far: number,
  words: Conditions,
): void {
  let last = from === 0 ? Number.NaN : (data[(from << 5) - 1] as number);
  for (let block = from; block < to; block += 1) {
    let above = 0;
    let up = 0;
    let out = 0;
    let off = 0;
    const start = block << 5;
    for (let i = start; i < start + 32; i += 2) {
      const x = data[i] as number;
      const y = data[i + 1] as number;
      above = ((above << 1) + Number(x >= center)) | 0;
      above = ((above << 1) + Number(y >= center)) | 0;
      up = ((up << 1) + Number(x > last)) | 0;
      up = ((up << 1) + Number(y > x)) | 0;
      // At or beyond one of the two lines, in one comparison.
      out = ((out << 1) + Number((x - upper) * (x - lower) >= 0)) | 0;
      out = ((out << 1) + Number((y - upper) * (y - lower) >= 0)) | 0;
      off = ((off << 1) + Number(Math.abs(x - center) >= far)) | 0;
      off = ((off << 1) + Number(Math.abs(y - center) >= far)) | 0;
      last = y;
    }
    words.above[block] = above;
    words.up[block] = up;
    words.out[block] = out;
    words.far[block] = off;
  }
}

/** Points whose bit differs from the one before; with `flip` -1 those whose is the same. */
function turns(words: Words, into: Words, from: number, to: number, flip: 0 | -1): void {
  let older = from === 0 ? 0 : (words[from - 1] as number);
  for (let i = from; i < to; i += 1) {
    const now = words[i] as number;
    into[i] = now ^ ((now >>> 1) | (older << 31)) ^ flip;
    older = now;
  }
}

/**
 * Points at which the condition (with `flip` -1: its absence) has held `length` (1 to 32) times in a row: runs of 2, 4, 8 and
 * 16, then the rest.
 */
function held(words: Words, into: Found, from: number, to: number, length: number, flip: 0 | -1): number {
  const rest = length - (1 << (31 - Math.clz32(length)));
  let older = from === 0 ? flip : (words[from - 1] as number) ^ flip;
  let count = 0;
  for (let i = from; i < to; i += 1) {
    const now = (words[i] as number) ^ flip;
    let run = now;
    let before = older;
    older = now;
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
    if (length >= 32) run &= (run >>> 16) | (before << 16);
    else if (rest > 0) run &= (run >>> rest) | (before << (32 - rest));
    into.block[count] = i;
    into.points[count] = run;
    count += Number(run !== 0);
  }
  return count;
}

/** Points beyond, and with them on their side all but at most one of the last `points`: "two of three", "four of five". */
function mostButOne(words: Words, above: Words, into: Found, from: number, to: number, points: number): number {
  let before = from === 0 ? 0 : (words[from - 1] as number);
  let count = 0;
  let aboveBefore = from === 0 ? 0 : (above[from - 1] as number);
  for (let i = from; i < to; i += 1) {
    const now = words[i] as number;
    const aboveNow = above[i] as number;
    const high = now & aboveNow;
    const low = now & ~aboveNow;
    const highBefore = before & aboveBefore;
    const lowBefore = before & ~aboveBefore;
    before = now;
    aboveBefore = aboveNow;
    let noneHigh = high;
    let oneHigh = high;
    let noneLow = low;
    let oneLow = low;
    for (let k = 1; k < points; k += 1) {
      const up = (high >>> k) | (highBefore << (32 - k));
      const down = (low >>> k) | (lowBefore << (32 - k));
      oneHigh = (oneHigh & up) | noneHigh;
      oneLow = (oneLow & down) | noneLow;
      noneHigh &= up;
      noneLow &= down;
    }
    const either = oneHigh | oneLow;
    into.block[count] = i;
    into.points[count] = either;
    count += Number(either !== 0);
  }
  return count;
}

/** The same with any number that may lack. `lacking[n]`: points whose window so far has at most n without the condition. */
function mostBut(
  words: Words,
  above: Words,
  into: Found,
  from: number,
  to: number,
  points: number,
  allowed: number,
): number {
  const lacking = new Int32Array(allowed + 1);
  let count = 0;
  for (let i = from; i < to; i += 1) {
    let either = 0;
    for (const flip of [0, -1]) {
      const now = (words[i] as number) & ((above[i] as number) ^ flip);
      const older = i === 0 ? 0 : (words[i - 1] as number) & ((above[i - 1] as number) ^ flip);
      lacking.fill(now);
      for (let k = 1; k < points; k += 1) {
        const has = (now >>> k) | (older << (32 - k));
        for (let n = allowed; n > 0; n -= 1) lacking[n] = ((lacking[n] as number) & has) | (lacking[n - 1] as number);
        lacking[0] = (lacking[0] as number) & has;
      }
      either |= lacking[allowed] as number;
    }
    into.block[count] = i;
    into.points[count] = either;
    count += Number(either !== 0);
  }
  return count;
}
