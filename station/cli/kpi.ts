import type { Command } from './command.ts';
import { jsonCase, printAnswer } from './spc.ts';
import { kpiKinds } from './statistics/kpi-case.ts';

export const kpi: Command = {
  name: 'kpi',
  summary: 'key figures of a case: OEE of a shift or an event log, ISO 22400-2',
  help: `Usage: linewright kpi FILE

Reads a case (JSON: "kind", "parameters", "input" or "subcases") and prints JSON as linewright spc does: {"expected": {...}}
or {"subcases": [{"name", "expected"}]}. A figure whose denominator is 0 or whose elements are not there is null; what cannot
be answered at all is {"refused": {"code", "params"}} and exit code 1.

Kinds: ${Object.keys(kpiKinds).join(', ')}.

  --help   this text`,
  options: {},
  positionals: 1,
  run: (input, io) => printAnswer(input, io, kpiKinds, jsonCase),
};
