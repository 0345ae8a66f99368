import type { Command } from './command.ts';
import { jsonCase, printAnswer } from './spc.ts';
import { kpiKindNames } from './statistics/kind-names.ts';

export const kpi: Command = {
  name: 'kpi',
  summary: 'key figures of a case: OEE of a shift or an event log, ISO 22400-2',
  help: `Usage: linewright kpi FILE

Reads a case (JSON: "kind", "parameters", "input" or "subcases") and prints JSON as linewright spc does: {"expected": {...}}
or {"subcases": [{"name", "expected"}]}. A figure whose denominator is 0 or whose elements are not there is null; what cannot
be answered at all is {"refused": {"code", "params"}} and exit code 1.

Kinds: ${kpiKindNames.join(', ')}.

  --help   this text`,
  options: {},
  positionals: 1,
  run: (input, io) => printAnswer(input, io, async () => (await import('./statistics/kpi-case.ts')).kpiKinds, jsonCase),
};
