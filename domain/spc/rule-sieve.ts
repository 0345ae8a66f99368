/**
 * Where in a long series a rule may have its pattern complete: never misses one, may name too many. Only there the rule
 * itself is asked (rules.ts). A condition of 32 points is one word, bit 0 the newest of them, and a rule is a few shifts of
 * such words. A comparison is turned into a bit without a branch, for a branch that half the points take would cost more than
 * all the rest; ties and missing points may fall on either side, the rule decides.
 */
import type { PreparedRule, RuleLines } from './rule-sets.ts';

/**
 * All words of a chunk in one array, which keeps them in the processor's registers: one row per condition, and in it one word
 * per block behind the last word of the chunk before.
 */
type Words = Int32Array;

/** Blocks that are read, sieved and asked together: their points and words still lie in the processor's cache then. */
export const chunk = 128;
const row = chunk + 1;

/** Where the rows begin. Not below the centre: */
const aboveRow = 0;
const upRow = row;
/** At or beyond the nearest zone line. */
const outRow = 2 * row;
/** Beyond the second. */
const farRow = 3 * row;
/** Rose after it fell, or fell after it rose. */
const turnedRow = 4 * row;
/** On the side of the point before. */
const keptRow = 5 * row;

export interface Sieve {
  /** Whole blocks of 32 points; what remains behind them has to be asked point by point. */
  readonly blocks: number;
  /** Takes in the blocks [from, to), at most a chunk, each chunk once and in order. */
  read(from: number, to: number): void;
  /**
   * Finds the points of the blocks read last that may complete the rule: only blocks that have some, in order. The lists are
   * used again by the next call.
   * @returns how many blocks; -1: the rule has to be asked everywhere.
   */
  candidates(rule: PreparedRule): number;
  /** Number of the block, and its points as bits, the oldest highest. */
  readonly found: Found;
}

interface Found {
  readonly block: Int32Array;
  readonly points: Int32Array;
}

/** Two zone lines are sieved; a rule on a farther one takes the words of the second, which hold all its points. */
export function createSieve(data: Float64Array, rules: readonly PreparedRule[], { center, sigma }: RuleLines): Sieve {
  const levels = [...new Set(rules.flatMap(({ sigmas }) => (sigmas > 0 ? [sigmas] : [])))].sort((a, b) => a - b);
  const nearest = levels[0] === undefined ? Infinity : levels[0] * sigma;
  const second = levels[1] === undefined ? Infinity : levels[1] * sigma;
  // What rounding may do to x - centre belongs to the candidates: the distance is taken short by a few last places.
  const far = second === Infinity ? second : second - 8 * Number.EPSILON * (Math.abs(center) + second);
  const words: Words = new Int32Array(6 * row);
  // One more: a block without candidates is written behind the others and written over by the next.
  const found = { block: new Int32Array(row), points: new Int32Array(row) };
  const beyond = (sigmas: number): number => (sigmas === levels[0] ? outRow : farRow);
  let first = 0;
  let count = 0;
  return {
    blocks: data.length >> 5,
    found,
    read(from, to) {
      for (let begin = 0; begin < words.length; begin += row)
        words[begin] = from === 0 ? 0 : (words[begin + count] as number);
      first = from;
      count = to - from;
      read(data, from, count, center, center + nearest, center - nearest, far, words);
      compare(words, upRow, turnedRow, count, 0);
      compare(words, aboveRow, keptRow, count, -1);
    },
    candidates({ kind, points, count: least, sigmas }) {
      switch (kind) {
        case 'beyond':
          return held(words, beyond(sigmas), found, first, count, 1, 0);
        case 'same-side':
          return held(words, keptRow, found, first, count, points - 1, 0);
        case 'trend':
          return points === 2 ? -1 : held(words, turnedRow, found, first, count, points - 2, -1);
        case 'alternating':
          return held(words, turnedRow, found, first, count, points - 2, 0);
        case 'within':
          // Farther lines have too few words here; of so near ones the product of two distances would be 0.
          return sigmas !== levels[0] || nearest < 1e-150 ? -1 : held(words, outRow, found, first, count, points, -1);
        case 'outside':
          return held(words, beyond(sigmas), found, first, count, points, 0);
        case 'most-beyond':
          if (points - least === 1) return mostButOne(words, beyond(sigmas), found, first, count, points);
          return mostBut(words, beyond(sigmas), found, first, count, points, points - least);
      }
    },
  };
}

/** The one pass over the points. Two at a time, which spares half the cost of the loop itself. */
function read(
  data: Float64Array,
  from: number,
  count: number,
  center: number,
  upper: number,
  lower: number,
  far: number,
  words: Words,
): void {
  let at = from << 5;
  let last = at === 0 ? Number.NaN : (data[at - 1] as number);
  for (let word = 1; word <= count; word += 1) {
    let above = 0;
    let up = 0;
    let out = 0;
    let off = 0;
    for (let pair = 0; pair < 16; pair += 1) {
      const x = data[at] as number;
      const y = data[at + 1] as number;
      at += 2;
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
    words[word] = above;
    words[word + upRow] = up;
    words[word + outRow] = out;
    words[word + farRow] = off;
  }
}

/** Points whose bit differs from the one before; with `flip` -1 those whose is the same. */
function compare(words: Words, of: number, into: number, count: number, flip: 0 | -1): void {
  let older = words[of] as number;
  for (let i = 1; i <= count; i += 1) {
    const now = words[of + i] as number;
    words[into + i] = now ^ ((now >>> 1) | (older << 31)) ^ flip;
    older = now;
  }
}

/**
 * Points at which the condition (with `flip` -1: its absence) has held `length` (1 to 32) times in a row: runs of 2, 4, 8 and
 * 16 from those of half the length, then the rest. Of each the word before is kept, for runs that go across.
 */
function held(
  words: Words,
  of: number,
  { block, points }: Found,
  first: number,
  blocks: number,
  length: number,
  flip: 0 | -1,
): number {
  const most = 1 << (31 - Math.clz32(length));
  const rest = length - most;
  let one = (words[of] as number) ^ flip;
  let two = one & (one >>> 1);
  let four = two & (two >>> 2);
  let eight = four & (four >>> 4);
  let sixteen = eight & (eight >>> 8);
  let count = 0;
  for (let i = 0; i < blocks; i += 1) {
    const now = (words[of + i + 1] as number) ^ flip;
    let run = now;
    let before = one;
    one = now;
    if (most >= 2) {
      run &= (run >>> 1) | (before << 31);
      before = two;
      two = run;
    }
    if (most >= 4) {
      run &= (run >>> 2) | (before << 30);
      before = four;
      four = run;
    }
    if (most >= 8) {
      run &= (run >>> 4) | (before << 28);
      before = eight;
      eight = run;
    }
    if (most >= 16) {
      run &= (run >>> 8) | (before << 24);
      before = sixteen;
      sixteen = run;
    }
    if (most >= 32) run &= (run >>> 16) | (before << 16);
    else if (rest > 0) run &= (run >>> rest) | (before << (32 - rest));
    block[count] = first + i;
    points[count] = run;
    count += Number(run !== 0);
  }
  return count;
}

/** Points beyond, and with them on their side all but at most one of the last `points`: "two of three", "four of five". */
function mostButOne(words: Words, of: number, into: Found, first: number, blocks: number, points: number): number {
  const { block, points: bits } = into;
  let before = words[of] as number;
  let aboveBefore = words[aboveRow] as number;
  let count = 0;
  for (let i = 1; i <= blocks; i += 1) {
    const now = words[of + i] as number;
    const aboveNow = words[aboveRow + i] as number;
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
    block[count] = first + i - 1;
    bits[count] = either;
    count += Number(either !== 0);
  }
  return count;
}

/** The same with any number that may lack. `lacking[n]`: points whose window so far has at most n without the condition. */
function mostBut(
  words: Words,
  of: number,
  into: Found,
  first: number,
  blocks: number,
  points: number,
  allowed: number,
): number {
  const lacking = new Int32Array(allowed + 1);
  let count = 0;
  for (let i = 1; i <= blocks; i += 1) {
    let either = 0;
    for (const flip of [0, -1]) {
      const now = (words[of + i] as number) & ((words[i] as number) ^ flip);
      const older = (words[of + i - 1] as number) & ((words[i - 1] as number) ^ flip);
      lacking.fill(now);
      for (let k = 1; k < points; k += 1) {
        const has = (now >>> k) | (older << (32 - k));
        for (let n = allowed; n > 0; n -= 1) lacking[n] = ((lacking[n] as number) & has) | (lacking[n - 1] as number);
        lacking[0] = (lacking[0] as number) & has;
      }
      either |= lacking[allowed] as number;
    }
    into.block[count] = first + i - 1;
    into.points[count] = either;
    count += Number(either !== 0);
  }
  return count;
}
