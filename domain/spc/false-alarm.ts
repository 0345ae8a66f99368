/**
 * How often a set of rules cries wolf: the average run length (ARL) of a process in control, independent normal points on
 * known lines, from a fresh start to the first signal of any rule. C. W. Champ and W. H. Woodall, Technometrics 29 (1987)
 * 393-399, for the Markov chain.
 */
import { cumulative } from './constants.ts';
import { isRefused, refused, type Refused } from './reason.ts';
import { prepareRules, type PreparedRule, type Rule } from './rule-sets.ts';
import { createRuleWatch, standardLines } from './rules.ts';

export interface FalseAlarmRate {
  /** Points until a false alarm, on average; null where no rule can ever signal. */
  readonly arl: number | null;
  /** False alarms per point: 1 / arl. */
  readonly rate: number;
  /** Standard error of the ARL: 0 where it is computed. */
  readonly error: number;
  /** `chain`: computed as a Markov chain; `simulation`: for rules that compare neighbours (trend, alternating). */
  readonly method: 'chain' | 'simulation';
}

export interface SimulationOptions {
  /** Runs to the first signal that are simulated, 4000 unless told: about 1.6 % standard error. */
  readonly runs?: number;
  readonly seed?: number;
}

/** More states than this are simulated instead. */
const mostStates = 60_000;
/** A run that has not ended here is taken as that long. */
const longestSimulated = 50_000;

/** @returns Refused for a rule that cannot be, or no rules. The same rules and seed always give the same answer. */
export function falseAlarmRate(rules: readonly Rule[], options: SimulationOptions = {}): FalseAlarmRate | Refused {
  if (rules.length === 0) return refused('spc.parameter', { name: 'rules', value: 0, allowed: 'one or more' });
  const prepared = prepareRules(rules, standardLines);
  if (isRefused(prepared)) return prepared;
  const zones = prepared.every(({ kind }) => kind !== 'trend' && kind !== 'alternating');
  const chain = zones ? chainOf(prepared) : null;
  return chain ?? simulate(rules, options);
}

interface Zone {
  readonly probability: number;
  /** A point inside it. */
  readonly z: number;
}

/** The parts of the scale that the rules can tell apart. */
function zonesOf(rules: readonly PreparedRule[]): readonly Zone[] {
  const lines = [...new Set([0, ...rules.flatMap(({ sigmas }) => (sigmas > 0 ? [sigmas, -sigmas] : []))])].sort(
    (a, b) => a - b,
  );
  const edges = [-Infinity, ...lines, Infinity];
  return edges.slice(1).map((to, i) => {
    const from = edges[i] as number;
    const z = from === -Infinity ? to - 1 : to === Infinity ? from + 1 : (from + to) / 2;
    const below = (x: number): number => (x === -Infinity ? 0 : x === Infinity ? 1 : cumulative(x));
    // Far out by the upper tail, whose digits a difference from 1 would lose.
    return { probability: from >= 0 ? below(-from) - below(-to) : below(to) - below(from), z };
  });
}

/** What a rule must remember of the past, as numbers; `step` gives the memory after a point, or null for a signal. */
function memoryOf(rule: PreparedRule): {
  readonly start: readonly number[];
  step(memory: readonly number[], z: number): readonly number[] | null;
} {
  const { points, count, upper, lower, bothSides } = rule;
  switch (rule.kind) {
    case 'same-side':
      return {
        start: [0],
        step: ([run = 0], z) => {
          const next = z > 0 ? Math.max(0, run) + 1 : Math.min(0, run) - 1;
          return Math.abs(next) >= points ? null : [next];
        },
      };
    case 'within':
      return {
        start: [0],
        step: ([run = 0], z) => (z < upper && z > lower ? (run + 1 >= points ? null : [run + 1]) : [0]),
      };
    case 'outside':
      // Run length and, where both sides are asked for, the lengths of the newest stretches without a high and a low one.
      return {
        start: [0, 0, 0],
        step: ([run = 0, noHigh = 0, noLow = 0], z) => {
          if (!(z > upper || z < lower)) return [0, 0, 0];
          const next = Math.min(points, run + 1);
          const [high, low] = z > upper ? [0, Math.min(points, noLow + 1)] : [Math.min(points, noHigh + 1), 0];
          if (next >= points && (!bothSides || (high < points && low < points))) return null;
          return bothSides ? [next, high, low] : [next, 0, 0];
        },
      };
    case 'most-beyond': {
      const keep = 2 ** (points - 1) - 1;
      return {
        start: [0, 0, 0],
        step: ([highs = 0, lows = 0, seen = 0], z) => {
          const [high, low] = [z > upper ? 1 : 0, z < lower ? 1 : 0];
          const [up, down] = [highs * 2 + high, lows * 2 + low];
          if (seen >= points - 1 && ((high && ones(up) >= count) || (low && ones(down) >= count))) return null;
          return [up & keep, down & keep, Math.min(points - 1, seen + 1)];
        },
      };
    }
    case 'beyond':
    case 'trend':
    case 'alternating':
      return { start: [], step: (memory, z) => (z > upper || z < lower ? null : memory) };
  }
}

function ones(word: number): number {
  let found = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) found += 1;
  return found;
}

/** null where there are too many states. */
function chainOf(rules: readonly PreparedRule[]): FalseAlarmRate | null {
  // A mask of 31 earlier points is the most that a number of bits can keep here.
  if (rules.some(({ kind, points }) => kind === 'most-beyond' && points > 20)) return null;
  const zones = zonesOf(rules);
  const memories = rules.map(memoryOf);
  const numbered = new Map<string, number>();
  const states: (readonly (readonly number[])[])[] = [];
  const number = (state: readonly (readonly number[])[]): number => {
    const key = state.join('|');
    const known = numbered.get(key);
    if (known !== undefined) return known;
    numbered.set(key, states.length);
    states.push(state);
    return states.length - 1;
  };
  number(memories.map(({ start }) => start));
  const next: number[] = [];
  for (let s = 0; s < states.length; s += 1) {
    if (states.length > mostStates) return null;
    const state = states[s] as readonly (readonly number[])[];
    for (const { z } of zones) {
      const after = memories.map(({ step }, r) => step(state[r] as readonly number[], z));
      next.push(after.some((memory) => memory === null) ? -1 : number(after as readonly (readonly number[])[]));
    }
  }
  const length = expectedLength(
    next,
    zones.map(({ probability }) => probability),
    states.length,
  );
  return length === null ? null : { arl: length, rate: 1 / length, error: 0, method: 'chain' };
}

/** L = 1 + sum p L(next), -1 being the signal, by Gauss-Seidel from the last state back; null where it does not settle. */
function expectedLength(next: readonly number[], probabilities: readonly number[], states: number): number | null {
  const zones = probabilities.length;
  const targets = Int32Array.from(next);
  const lengths = new Float64Array(states).fill(1);
  let before = 0;
  for (let round = 0; round < 20_000; round += 1) {
    for (let s = states - 1; s >= 0; s -= 1) {
      let total = 1;
      let stay = 0;
      for (let zone = 0; zone < zones; zone += 1) {
        const target = targets[s * zones + zone] as number;
        const p = probabilities[zone] as number;
        if (target === s) stay += p;
        else if (target >= 0) total += p * (lengths[target] as number);
      }
      lengths[s] = total / (1 - stay);
    }
    const now = lengths[0] as number;
    // The error left is about the last step times the ARL.
    if (Math.abs(now - before) * now <= 1e-8 * now) return Number.isFinite(now) ? now : null;
    before = now;
  }
  return null;
}

function simulate(rules: readonly Rule[], { runs = 4_000, seed = 1 }: SimulationOptions): FalseAlarmRate | Refused {
  if (!Number.isInteger(runs) || runs < 2)
    return refused('spc.parameter', { name: 'runs', value: runs, allowed: '2, 3, ...' });
  const next = normals(seed);
  let [total, squares, ended] = [0, 0, 0];
  for (let run = 0; run < runs; run += 1) {
    const watch = createRuleWatch(rules, standardLines);
    if (isRefused(watch)) return watch;
    let length = 1;
    while (watch.add(next()).length === 0 && length < longestSimulated) length += 1;
    if (length < longestSimulated) ended += 1;
    total += length;
    squares += length * length;
  }
  if (ended === 0) return { arl: null, rate: 0, error: 0, method: 'simulation' };
  const arl = total / runs;
  const error = Math.sqrt(Math.max(0, squares / runs - arl * arl) / (runs - 1));
  return { arl, rate: 1 / arl, error, method: 'simulation' };
}

/** Seeded normal values: mulberry32 (T. Ettinger, public domain) through G. E. P. Box and M. E. Muller (1958). */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
