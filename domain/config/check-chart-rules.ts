/** Checks of the rules that a chart of a control plan is judged by. */
import type { ChartRules } from '#contract/config/control-plan.ts';
import { ruleSets, type Rule } from '#domain/spc/rule-sets.ts';
import type { Findings, Index, Path } from './finding.ts';

/** Where in a control plan something is looked at. */
export interface Place {
  readonly file: string;
  readonly path: Path;
  readonly index: Index;
  readonly findings: Findings;
}

export function checkRules({ set, use, runs }: ChartRules, { file, path, findings }: Omit<Place, 'index'>): void {
  findings.unique(file, use.map(String), 'rule', (at) => [...path, 'rules', 'use', at]);
  const known = new Map(ruleSets[set].map((rule) => [rule.id, rule]));
  for (const [rule, length] of Object.entries(runs)) {
    const own = known.get(rule);
    const at: Path = [...path, 'rules', 'runs', rule];
    const reach = own === undefined ? undefined : plausibleRuns[own.kind];
    if (own === undefined || !('points' in own) || reach === undefined)
      findings.add(file, at, `rule ${rule} of ${set} has no run length`, 'Remove it.');
    else if (length < reach.from || length > reach.to)
      findings.add(
        file,
        at,
        `a run of ${length} for rule ${rule} is outside ${reach.from} to ${reach.to}`,
        `The set's own is ${own.points}: shorter runs signal more often without a cause, longer ones later.`,
      );
    else if (!use.includes(Number(rule)))
      findings.add(file, at, `rule ${rule} is not used`, 'Add it to `use`, or remove the run length.');
  }
}

/** Run lengths that a plan may write: shorter runs come up by chance all the time, longer ones see nothing in a shift. */
const plausibleRuns: Readonly<Partial<Record<Rule['kind'], { readonly from: number; readonly to: number }>>> = {
  'same-side': { from: 5, to: 20 },
  trend: { from: 4, to: 15 },
  alternating: { from: 8, to: 30 },
  within: { from: 8, to: 30 },
  outside: { from: 5, to: 20 },
};
