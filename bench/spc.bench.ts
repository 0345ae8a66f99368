/**
 * What control limits and run rules cost: the individuals' limits from a million points and all eight rules of Nelson over
 * them, against one pass of plain summing over the same array in the same run. Each is the best of many rounds, taken in turn
 * so that a busy machine meets both; the spread over the rounds is told beside it. And the live form: one point of each of 200
 * characteristics through its own watch.
 */
import { pathToFileURL } from 'node:url';
import { individualsLimits } from '#domain/spc/individuals.ts';
import { ruleSets } from '#domain/spc/rule-sets.ts';
import { createRuleWatch, findSignals } from '#domain/spc/rules.ts';
import { printRows, type BenchRow } from './row.ts';

const points = 1_000_000;
const rounds = 200;
const characteristics = 200;

/** Seeded normal values around 25.3 mm, as a gauge with many digits gives them. */
function measured(): Float64Array {
  let state = 12_345;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float64Array.from(
    { length: points },
    () => 25.3 + 0.004 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

const timed = (work: () => number): number => {
  const begin = performance.now();
  if (Number.isNaN(work())) throw new Error('nothing was computed');
  return performance.now() - begin;
};

function summed(data: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 1) sum += data[i] as number;
  return sum;
}

function judged(data: Float64Array): number {
  const limits = individualsLimits(data);
  if (limits === null) return Number.NaN;
  const found = findSignals(data, ruleSets.nelson, limits);
  return 'refused' in found ? Number.NaN : found.reduce((total, { at }) => total + at.length, 0);
}

export function run(): BenchRow[] {
  const data = measured();
  // Short series first, as a station has many: left to long ones alone, the engine in one start of four goes on for hundreds of
  // rounds with code that it made in the middle of a loop and that costs a quarter of a millisecond more.
  const short = data.subarray(0, 4_096);
  for (let round = 0; round < 1_000; round += 1)
    if (Number.isNaN(summed(short) + judged(short))) throw new Error('no limits');
  const sums: number[] = [];
  const judgements: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    sums.push(timed(() => summed(data)));
    judgements.push(timed(() => judged(data)));
  }
  const [floor, value] = [Math.min(...sums), Math.min(...judgements)];
  const middle = (times: readonly number[]): string => (times.toSorted((a, b) => a - b)[rounds >> 1] ?? 0).toFixed(2);
  console.error(
    `sum: best ${floor.toFixed(2)} ms, median ${middle(sums)}; limits and rules: best ${value.toFixed(2)} ms, median ${middle(judgements)} (${rounds} rounds)`,
  );

  const watches = Array.from({ length: characteristics }, () =>
    createRuleWatch(ruleSets.nelson, { center: 25.3, sigma: 0.004 }),
  );
  const live: number[] = [];
  for (let tick = 0; tick < 2_000; tick += 1) {
    live.push(
      timed(() => {
        let hits = 0;
        for (const [i, watch] of watches.entries()) {
          if (!('refused' in watch)) hits += watch.add(data[(tick * characteristics + i) % points] as number).length;
        }
        return hits;
      }),
    );
  }
  const ordered = live.toSorted((a, b) => a - b);
  const usual = ordered[ordered.length >> 1] ?? 0;
  return [
    {
      name: 'spc: limits and Nelson 1-8 over 1,000,000 points',
      value,
      unit: 'ms',
      floor,
      ratio: value / floor,
      target: '<= 5 x one pass of plain summing',
      met: value / floor <= 5,
    },
    {
      name: 'spc: one point for each of 200 watches, median',
      value: usual,
      unit: 'ms',
      floor: null,
      ratio: null,
      target: '<= 100 ms to the screen, of which this is a part: <= 1 ms',
      met: usual <= 1,
    },
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printRows(run());
