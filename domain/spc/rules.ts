/**
 * Run rules over a series, and one point at a time. `holds` is the one definition of every rule: it looks at the points of
 * one window. A watch asks it for each new point. A long series is sieved first: the conditions of 32 points become the bits
 * of a word, a few shifts tell where a pattern may be complete, and only there `holds` is asked.
 *
 * A missing point (NaN) breaks every run and every window: "two of three" counts only where all three points exist.
 */
import { isRefused, isValue, type Refused, type Value } from './reason.ts';
import { prepareRules, type PreparedRule, type Rule, type RuleLines } from './rule-sets.ts';
import { chunk, createSieve, type Sieve } from './rule-sieve.ts';

/** For points that are already on the scale (x - centre) / sigma, as where sizes differ. */
export const standardLines: RuleLines = { center: 0, sigma: 1 };

export interface RuleSignals {
  readonly rule: Rule;
  /** Indices, from 0 and rising, of every point that completes the pattern. */
  readonly at: readonly number[];
}

export interface RuleHit {
  readonly rule: Rule;
  /** Index of the point that completes the pattern. */
  readonly at: number;
  /** Indices of the points that form it; of "two of three" only those beyond the line. */
  readonly members: readonly number[];
}

/**
 * Whether the point at `end` completes the pattern. Index i stands at `data[i & mask]`, so that a ring of the newest points
 * serves as well as the whole series (mask -1). Before index `first` there is nothing.
 */
function holds(rule: PreparedRule, data: Float64Array, end: number, mask: number, first: number): boolean {
  const { points, center, upper, lower } = rule;
  const start = end - points + 1;
  const newest = data[end & mask] as number;
  if (start < first) return false;
  switch (rule.kind) {
    case 'beyond':
      return newest > upper || newest < lower;
    case 'same-side': {
      const above = newest > center;
      for (let i = start; i <= end; i += 1) {
        const x = data[i & mask] as number;
        if (above ? !(x > center) : !(x < center)) return false;
      }
      return true;
    }
    case 'trend': {
      const rising = newest > (data[(end - 1) & mask] as number);
      for (let i = start + 1; i <= end; i += 1) {
        const x = data[i & mask] as number;
        const before = data[(i - 1) & mask] as number;
        if (rising ? !(x > before) : !(x < before)) return false;
      }
      return true;
    }
    case 'alternating': {
      let rising = newest > (data[(end - 1) & mask] as number);
      for (let i = end; i > start; i -= 1) {
        const x = data[i & mask] as number;
        const before = data[(i - 1) & mask] as number;
        if (rising ? !(x > before) : !(x < before)) return false;
        rising = !rising;
      }
      return true;
    }
    case 'within':
      for (let i = start; i <= end; i += 1) {
        const x = data[i & mask] as number;
        if (!(x < upper && x > lower)) return false;
      }
      return true;
    case 'outside': {
      let highs = 0;
      for (let i = start; i <= end; i += 1) {
        const x = data[i & mask] as number;
        if (x > upper) highs += 1;
        else if (!(x < lower)) return false;
      }
      return !rule.bothSides || (highs > 0 && highs < points);
    }
    case 'most-beyond': {
      const above = newest > upper;
      if (!above && !(newest < lower)) return false;
      let beyond = 0;
      for (let i = start; i <= end; i += 1) {
        const x = data[i & mask] as number;
        if (Number.isNaN(x)) return false;
        if (above ? x > upper : x < lower) beyond += 1;
      }
      return beyond >= rule.count;
    }
  }
}

/** The points of the pattern that `end` completes. */
function pattern(rule: PreparedRule, data: Float64Array, end: number, mask: number): number[] {
  const all = Array.from({ length: rule.points }, (_, k) => end - rule.points + 1 + k);
  if (rule.kind !== 'most-beyond') return all;
  const { upper, lower } = rule;
  const above = (data[end & mask] as number) > upper;
  return all.filter((i) => (above ? (data[i & mask] as number) > upper : (data[i & mask] as number) < lower));
}

/** The whole series is there: no index wraps. */
const whole = -1;

/**
 * All signals of a series, in one pass.
 * @param data in order, unit of the lines; NaN is a missing point (`series` and `standardised` of plot.ts make it).
 * @returns one entry per rule, in the order of the rules; Refused for a rule or lines that cannot be.
 */
export function findSignals(
  data: Float64Array,
  rules: readonly Rule[],
  lines: RuleLines,
): readonly RuleSignals[] | Refused {
  const prepared = prepareRules(rules, lines);
  if (isRefused(prepared)) return prepared;
  const sieve = createSieve(data, prepared, lines);
  const found = prepared.map((rule) => ({ rule, asked: asking(rule, sieve), at: [] as number[] }));
  for (let from = 0; from < sieve.blocks; from += chunk) {
    const to = Math.min(sieve.blocks, from + chunk);
    sieve.read(from, to);
    for (const { rule, asked, at } of found) {
      const blocks = sieve.candidates(rule);
      if (blocks < 0) askAll(rule, data, from << 5, to << 5, at);
      for (let i = 0; i < blocks; i += 1) {
        asked(rule, data, (sieve.found.block[i] as number) << 5, sieve.found.points[i] as number, at);
      }
    }
  }
  for (const { rule, at } of found) askAll(rule, data, sieve.blocks << 5, data.length, at);
  return found.map(({ rule, at }) => ({ rule: rule.rule, at }));
}

function askAll(rule: PreparedRule, data: Float64Array, from: number, to: number, at: number[]): void {
  for (let index = from; index < to; index += 1) if (holds(rule, data, index, whole, 0)) at.push(index);
}

/** Asks a rule at the candidates of a block: where a bit of `points` is set, the oldest highest. */
type Asking = (rule: PreparedRule, data: Float64Array, start: number, points: number, at: number[]) => void;

function asking(rule: PreparedRule, sieve: Sieve): Asking {
  if (rule.kind === 'beyond') return askBeyond;
  if (!sieve.exact(rule)) return ask;
  return rule.kind === 'trend' || rule.kind === 'alternating' ? askTiedSteps : askTied;
}

function ask(rule: PreparedRule, data: Float64Array, start: number, points: number, at: number[]): void {
  for (let rest = points; rest !== 0;) {
    const end = start + Math.clz32(rest);
    rest &= ~(1 << (31 - (end - start)));
    if (holds(rule, data, end, whole, 0)) at.push(end);
  }
}

/**
 * Of a rule whose candidates are exact: asked only where in its window a point is missing or on a line. Looks at each point
 * once, however many windows it is in. The product is that of the sieve: where it is too small for a double, it decides nothing.
 */
function askTied(rule: PreparedRule, data: Float64Array, start: number, points: number, at: number[]): void {
  const { upper, lower } = rule;
  let tied = -1;
  let next = 0;
  for (let rest = points; rest !== 0;) {
    const end = start + Math.clz32(rest);
    rest &= ~(1 << (31 - (end - start)));
    const from = end - rule.points + 1;
    for (let i = Math.max(from, next); i <= end; i += 1) {
      const x = data[i] as number;
      const product = (x - upper) * (x - lower);
      if (!(product > 0 || product < 0)) tied = i;
    }
    next = end + 1;
    if ((from >= 0 && tied < from) || holds(rule, data, end, whole, 0)) at.push(end);
  }
}

/** The same of steps: asked where a point is missing or equal to the one before. */
function askTiedSteps(rule: PreparedRule, data: Float64Array, start: number, points: number, at: number[]): void {
  let tied = -1;
  let next = 1;
  for (let rest = points; rest !== 0;) {
    const end = start + Math.clz32(rest);
    rest &= ~(1 << (31 - (end - start)));
    const from = end - rule.points + 1;
    const first = Math.max(from + 1, next);
    let before = data[first - 1] as number;
    for (let i = first; i <= end; i += 1) {
      const x = data[i] as number;
      if (!(x > before || x < before)) tied = i;
      before = x;
    }
    next = end + 1;
    if ((from >= 0 && tied <= from) || holds(rule, data, end, whole, 0)) at.push(end);
  }
}

/** `holds` of this kind, written out: the most frequent of those that are always asked. */
function askBeyond(
  { upper, lower }: PreparedRule,
  data: Float64Array,
  start: number,
  points: number,
  at: number[],
): void {
  for (let rest = points; rest !== 0;) {
    const place = Math.clz32(rest);
    rest &= ~(1 << (31 - place));
    const x = data[start + place] as number;
    if (x > upper || x < lower) at.push(start + place);
  }
}

/** The points that form the patterns of the signals: the union over all of them, rising. Empty where Refused above. */
export function membersOf({ rule, at }: RuleSignals, data: Float64Array, lines: RuleLines): readonly number[] {
  const prepared = prepareRules([rule], lines);
  if (isRefused(prepared)) return [];
  const members = new Set<number>();
  for (const end of at) for (const each of prepared) for (const i of pattern(each, data, end, whole)) members.add(i);
  return [...members].sort((a, b) => a - b);
}

/** Watches a running process: each point is judged when it comes, at a cost that does not grow. */
export interface RuleWatch {
  /** @returns the rules whose pattern this point completes. A missing value breaks runs. */
  add(value: Value): readonly RuleHit[];
}

/** As many of the newest points, added to a new watch, bring it to the state of one that saw them all. */
export const watchMemory = 64;

/**
 * @param first index that the first added point has in the series, so that hits name points of the whole series.
 * @returns Refused for a rule or lines that cannot be. A phase change needs a new watch: rules never look across it.
 */
export function createRuleWatch(rules: readonly Rule[], lines: RuleLines, first = 0): RuleWatch | Refused {
  const prepared = prepareRules(rules, lines);
  if (isRefused(prepared)) return prepared;
  const recent = new Float64Array(watchMemory);
  const mask = watchMemory - 1;
  let next = first;
  return {
    add(value) {
      const at = next;
      next += 1;
      recent[at & mask] = isValue(value) ? value : Number.NaN;
      const hits: RuleHit[] = [];
      for (const rule of prepared) {
        if (!holds(rule, recent, at, mask, first)) continue;
        hits.push({ rule: rule.rule, at, members: pattern(rule, recent, at, mask) });
      }
      return hits;
    },
  };
}
