/**
 * The rules that a control plan may choose, by set and number. Nelson: L. S. Nelson, Journal of Quality Technology 16 (1984)
 * 237-239. Western Electric: Statistical Quality Control Handbook (1956), zone tests. AIAG: Statistical Process Control, 2nd
 * edition (2005), table II.1.
 */
import type { RuleSet } from '#contract/config/control-plan.ts';

export interface RunLength {
  /** Points of the pattern as the set says it. */
  readonly run: number;
  /** Run lengths that a plan may write instead; null: the rule has no run. */
  readonly editable: { readonly from: number; readonly to: number } | null;
}

const fixed = (run: number): RunLength => ({ run, editable: null });
const run = (length: number, from: number, to: number): RunLength => ({ run: length, editable: { from, to } });

/** Shorter runs than `from` come up by chance all the time; longer ones than `to` see nothing in a shift. */
export const runLengths: Readonly<Record<RuleSet, Readonly<Record<number, RunLength>>>> = {
  nelson: {
    1: fixed(1),
    2: run(9, 5, 20),
    3: run(6, 4, 15),
    4: run(14, 8, 30),
    5: fixed(3),
    6: fixed(5),
    7: run(15, 8, 30),
    8: run(8, 5, 20),
  },
  'western-electric': { 1: fixed(1), 2: fixed(3), 3: fixed(5), 4: run(8, 5, 20) },
  aiag: {
    1: fixed(1),
    2: run(7, 5, 20),
    3: run(6, 4, 15),
    4: run(14, 8, 30),
    5: fixed(3),
    6: fixed(5),
    7: run(15, 8, 30),
    8: run(8, 5, 20),
  },
};
