/**
 * Where in a long series a rule may have its pattern complete: never misses one, may name too many. Only there the rule
 * itself is asked (rules.ts). A condition of 32 points is one word, bit 0 the newest of them, and a rule is a few shifts of
 * such words. A comparison is turned into a bit without a branch, for a branch that half the points take would cost more than
 * all the rest; ties and missing points may fall on either side, the rule decides.
 */
import type { PreparedRule, RuleLines } from './rule-sets.ts';

/** Blocks that are read, sieved and asked together: their points and words still lie in the processor's cache then. */
export const chunk = 256;
const row = chunk + 1;

/** Rows of words, one per condition: behind the last word of the chunk before one per block. Not below the centre: */
const aboveRow = 0;
/** Above the point before. */
const upRow = row;
/** At or beyond the nearest zone line; and not. */
const outRow = 2 * row;
const inRow = 3 * row;
/** At or beyond the second. */
const farRow = 4 * row;
/** At or beyond the third. */
const farthestRow = 5 * row;
/** Rose after it fell, or fell after it rose; and not. */
const turnedRow = 6 * row;
const straightRow = 7 * row;
/** On the side of the point before. */
const keptRow = 8 * row;
/** For a rule on its way. */
const runRow = 9 * row;

/** Of the module, which spares a third of what the rules cost: used anew by each series, of which one is judged at a time. */
const words = new Int32Array(10 * row);
/** One more: a block without candidates is written behind the others and written over by the next. */
const found = { block: new Int32Array(row), points: new Int32Array(row) };

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
  /**
   * Whether the candidates are exactly the points that complete the rule, wherever a whole window has no missing point and no
   * tie: no point on the rule's lines, for steps none equal to the one before.
   */
  exact(rule: PreparedRule): boolean;
  /** Number of the block, and its points as bits, the oldest highest. */
  readonly found: { readonly block: Int32Array; readonly points: Int32Array };
}

/**
 * Three zone lines are sieved; a rule on a farther one takes the words of the third (for runs: of the second), which hold all
 * its points. Only one sieve is in use at a time.
 */
export function createSieve(data: Float64Array, rules: readonly PreparedRule[], { center, sigma }: RuleLines): Sieve {
  const levels = [...new Set(rules.flatMap(({ sigmas }) => (sigmas > 0 ? [sigmas] : [])))].sort((a, b) => a - b);
  const [first = Infinity, second = Infinity, third = Infinity] = levels;
  const upper = center + first * sigma;
  const lower = center - first * sigma;
  const product = (x: number): number => (x - upper) * (x - lower);
  // Rounding keeps the order: what is beyond a line has no smaller product than the line itself.
  const least = (sigmas: number): number =>
    Math.min(product(center + sigmas * sigma), product(center - sigmas * sigma));
  // Between the lines the product is smallest in their middle.
  const middle = ((upper - lower) / 2) ** 2 * (1 + 1e-9);
  const bounds = { center, upper, lower, far: least(second), farthest: least(third), pair: least(third) - middle };
  const beyond = (sigmas: number): number => (sigmas === first ? outRow : farRow);
  let begun = 0;
  let count = 0;
  return {
    blocks: data.length >> 5,
    found,
    read(from, to) {
      for (let begin = 0; begin < words.length; begin += row)
        words[begin] = from === 0 ? 0 : (words[begin + count] as number);
      begun = from;
      count = to - from;
      read(data, from, count, bounds);
    },
    exact({ kind, points, sigmas, bothSides }) {
      const steps = kind === 'trend' || kind === 'alternating';
      if (kind === 'same-side' || steps) return points <= 16;
      return kind !== 'beyond' && sigmas === first && points <= 16 && !bothSides;
    },
    candidates({ kind, points, count: atLeast, sigmas }) {
      switch (kind) {
        case 'beyond':
          return list(sigmas > second ? farthestRow : beyond(sigmas), begun, count);
        case 'same-side':
          return held(keptRow, begun, count, points - 1);
        case 'trend':
          return points === 2 ? -1 : held(straightRow, begun, count, points - 2);
        case 'alternating':
          return held(turnedRow, begun, count, points - 2);
        case 'within':
          // Farther lines have too few words here; of so near ones the product of two distances would be 0.
          return sigmas !== first || first * sigma < 1e-150 ? -1 : held(inRow, begun, count, points);
        case 'outside':
          return held(beyond(sigmas), begun, count, points);
        case 'most-beyond':
          if (atLeast === 2 && points === 3 && sigmas !== first) return twoOfThree(farRow, begun, count);
          if (points - atLeast === 1 && points <= 5) return mostButOne(beyond(sigmas), begun, count, points);
          return mostBut(beyond(sigmas), begun, count, points, points - atLeast);
      }
    },
  };
}

interface Bounds {
  readonly center: number;
  /** The nearest zone lines. */
  readonly upper: number;
  readonly lower: number;
  /** Least product of the distances to them of a point at the second lines. */
  readonly far: number;
  /** The same at the third lines. */
  readonly farthest: number;
  /** Least sum of the products of two points, one of which is at or beyond the third lines. */
  readonly pair: number;
}

/** The one pass over the points. Four at a time, which spares most of the cost of the loop itself. */
function read(
  data: Float64Array,
  from: number,
  count: number,
  { center, upper, lower, far, farthest, pair }: Bounds,
): void {
  let at = from << 5;
  let last = data[Math.max(0, at - 1)] as number;
  let aboveBefore = words[aboveRow] as number;
  let upBefore = words[upRow] as number;
  for (let word = 1; word <= count; word += 1) {
    let above = 0;
    let up = 0;
    let out = 0;
    let off = 0;
    let extreme = 0;
    for (const end = at + 32; at < end; at += 4) {
      const x = data[at] as number;
      const y = data[at + 1] as number;
      const z = data[at + 2] as number;
      const w = data[at + 3] as number;
      above = ((above << 1) + Number(x >= center)) | 0;
      above = ((above << 1) + Number(y >= center)) | 0;
      above = ((above << 1) + Number(z >= center)) | 0;
      above = ((above << 1) + Number(w >= center)) | 0;
      up = ((up << 1) + Number(x > last)) | 0;
      up = ((up << 1) + Number(y > x)) | 0;
      up = ((up << 1) + Number(z > y)) | 0;
      up = ((up << 1) + Number(w > z)) | 0;
      last = w;
      // At or beyond one of the two lines, in one comparison.
      const xProduct = (x - upper) * (x - lower);
      const yProduct = (y - upper) * (y - lower);
      const zProduct = (z - upper) * (z - lower);
      const wProduct = (w - upper) * (w - lower);
      out = ((out << 1) + Number(xProduct >= 0)) | 0;
      out = ((out << 1) + Number(yProduct >= 0)) | 0;
      out = ((out << 1) + Number(zProduct >= 0)) | 0;
      out = ((out << 1) + Number(wProduct >= 0)) | 0;
      off = ((off << 1) + Number(xProduct >= far)) | 0;
      off = ((off << 1) + Number(yProduct >= far)) | 0;
      off = ((off << 1) + Number(zProduct >= far)) | 0;
      off = ((off << 1) + Number(wProduct >= far)) | 0;
      // So few that here a branch is cheaper, at first for two; a missing value is a candidate, and so is what is beside it.
      extreme <<= 4;
      if (!(xProduct + yProduct < pair)) {
        extreme |= (Number(!(xProduct < farthest)) << 3) | (Number(!(yProduct < farthest)) << 2);
      }
      if (!(zProduct + wProduct < pair)) {
        extreme |= (Number(!(zProduct < farthest)) << 1) | Number(!(wProduct < farthest));
      }
    }
    const turned = up ^ ((up >>> 1) | (upBefore << 31));
    const crossed = above ^ ((above >>> 1) | (aboveBefore << 31));
    upBefore = up;
    aboveBefore = above;
    words[aboveRow + word] = above;
    words[upRow + word] = up;
    words[turnedRow + word] = turned;
    words[straightRow + word] = ~turned;
    words[keptRow + word] = ~crossed;
    words[outRow + word] = out;
    words[inRow + word] = ~out;
    words[farRow + word] = off;
    words[farthestRow + word] = extreme;
  }
}

/**
 * Points at which the condition has held `length` times in a row; of more than 16 those where it held 16 times. Each step makes
 * runs longer by at most as much as they are long. Shifts by a fixed number are cheaper, hence two loops.
 */
function held(of: number, begun: number, count: number, length: number): number {
  return length < 8 ? heldShort(of, begun, count, length) : heldLong(of, begun, count, Math.min(16, length));
}

/** 1 to 7 times. All three steps are always taken, by 0 where nothing is left to do, for to ask costs more. */
function heldShort(of: number, begun: number, count: number, length: number): number {
  const a = Math.min(1, length - 1);
  const b = Math.min(2, length - 1 - a);
  const c = length - 1 - a - b;
  // Of the block before only the newest bits are needed, whose runs begin in it.
  let one = words[of] as number;
  let two = one & (one >>> a);
  let four = two & (two >>> b);
  let listed = 0;
  for (let i = 1; i <= count; i += 1) {
    const now = words[of + i] as number;
    // Shifted twice to the left, for a shift by 32 would be one by 0.
    const twice = now & ((now >>> a) | ((one << 1) << (31 - a)));
    one = now;
    const fourfold = twice & ((twice >>> b) | ((two << 1) << (31 - b)));
    two = twice;
    const run = fourfold & ((fourfold >>> c) | ((four << 1) << (31 - c)));
    four = fourfold;
    found.block[listed] = begun + i - 1;
    found.points[listed] = run;
    listed += Number(run !== 0);
  }
  return listed;
}

/** 8 to 16 times. */
function heldLong(of: number, begun: number, count: number, length: number): number {
  const more = length - 8;
  let one = words[of] as number;
  let two = one & (one >>> 1);
  let four = two & (two >>> 2);
  let eight = four & (four >>> 4);
  let listed = 0;
  for (let i = 1; i <= count; i += 1) {
    const now = words[of + i] as number;
    const twice = now & ((now >>> 1) | (one << 31));
    one = now;
    const fourfold = twice & ((twice >>> 2) | (two << 30));
    two = twice;
    const eightfold = fourfold & ((fourfold >>> 4) | (four << 28));
    four = fourfold;
    const run = eightfold & ((eightfold >>> more) | ((eight << 1) << (31 - more)));
    eight = eightfold;
    found.block[listed] = begun + i - 1;
    found.points[listed] = run;
    listed += Number(run !== 0);
  }
  return listed;
}

/** The blocks of a row that have candidates. Without a branch, which would be taken or not by chance. */
function list(of: number, begun: number, count: number): number {
  let listed = 0;
  for (let i = 1; i <= count; i += 1) {
    const run = words[of + i] as number;
    found.block[listed] = begun + i - 1;
    found.points[listed] = run;
    listed += Number(run !== 0);
  }
  return listed;
}

/** Points beyond, with one of the two before them on whichever side: so few of a far line that the rule may ask the side. */
function twoOfThree(of: number, begun: number, count: number): number {
  let before = words[of] as number;
  let listed = 0;
  for (let i = 1; i <= count; i += 1) {
    const now = words[of + i] as number;
    const run = now & ((now >>> 1) | (before << 31) | (now >>> 2) | (before << 30));
    before = now;
    found.block[listed] = begun + i - 1;
    found.points[listed] = run;
    listed += Number(run !== 0);
  }
  return listed;
}

/**
 * Points beyond, and with them on their side all but at most one of the last `size`, up to five: "two of three", "four of
 * five". Of the four before the newest, those outside the window count as beyond.
 */
function mostButOne(of: number, begun: number, count: number, size: number): number {
  const noSecond = size > 2 ? 0 : -1;
  const noThird = size > 3 ? 0 : -1;
  const noFourth = size > 4 ? 0 : -1;
  let highBefore = (words[of] as number) & (words[aboveRow] as number);
  let lowBefore = (words[of] as number) & ~(words[aboveRow] as number);
  let listed = 0;
  for (let i = 1; i <= count; i += 1) {
    const now = words[of + i] as number;
    const high = now & (words[aboveRow + i] as number);
    const low = now ^ high;
    const high1 = (high >>> 1) | (highBefore << 31);
    const high2 = (high >>> 2) | (highBefore << 30) | noSecond;
    const high3 = (high >>> 3) | (highBefore << 29) | noThird;
    const high4 = (high >>> 4) | (highBefore << 28) | noFourth;
    highBefore = high;
    const highs = high & ((high1 & high2 & (high3 | high4)) | (high3 & high4 & (high1 | high2)));
    const low1 = (low >>> 1) | (lowBefore << 31);
    const low2 = (low >>> 2) | (lowBefore << 30) | noSecond;
    const low3 = (low >>> 3) | (lowBefore << 29) | noThird;
    const low4 = (low >>> 4) | (lowBefore << 28) | noFourth;
    lowBefore = low;
    const run = highs | (low & ((low1 & low2 & (low3 | low4)) | (low3 & low4 & (low1 | low2))));
    found.block[listed] = begun + i - 1;
    found.points[listed] = run;
    listed += Number(run !== 0);
  }
  return listed;
}

/** The same with any number that may lack. `lacking[n]`: points whose window so far has at most n without the condition. */
function mostBut(of: number, begun: number, count: number, size: number, allowed: number): number {
  const lacking = new Int32Array(allowed + 1);
  for (let i = 1; i <= count; i += 1) {
    let either = 0;
    for (const flip of [0, -1]) {
      const now = (words[of + i] as number) & ((words[aboveRow + i] as number) ^ flip);
      const older = (words[of + i - 1] as number) & ((words[aboveRow + i - 1] as number) ^ flip);
      lacking.fill(now);
      for (let k = 1; k < size; k += 1) {
        const has = (now >>> k) | (older << (32 - k));
        for (let n = allowed; n > 0; n -= 1) lacking[n] = ((lacking[n] as number) & has) | (lacking[n - 1] as number);
        lacking[0] = (lacking[0] as number) & has;
      }
      either |= lacking[allowed] as number;
    }
    words[runRow + i] = either;
  }
  return list(runRow, begun, count);
}
