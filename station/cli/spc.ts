import { readFileSync } from 'node:fs';
import {
  CannotRunError,
  exitFaults,
  exitFine,
  exitUsage,
  textOption,
  type Command,
  type CommandInput,
} from './command.ts';
import type { CaseAnswer, Kind } from './statistics/answer.ts';
import { readCsv } from './statistics/csv.ts';
import { statisticsKindNames } from './statistics/kind-names.ts';
import { CaseFault, readCase, type Case } from './statistics/read-case.ts';

const optionNames = ['chart', 'lsl', 'usl', 'target', 'sigma', 'lambda', 'k', 'h', 'rules'] as const;

export const spc: Command = {
  name: 'spc',
  summary: 'statistics of a case or a CSV file: charts, rules, capability, Gage R&R, sampling',
  help: `Usage: linewright spc FILE [options]

Reads a case (JSON: "kind", "parameters", "input" or "subcases") or a CSV file and prints JSON: {"expected": {...}}, or
{"subcases": [{"name", "expected"}]}. Where the case has "expected", its keys (never its numbers) choose the fields;
without it every field is printed. A field that these data leave undefined is null, with "reason"; what cannot be answered
at all is {"refused": {"code", "params"}} and exit code 1.

Kinds: ${statisticsKindNames.join(', ')};
combined with +, as in np+p.

A CSV file has one column of values (chart i-mr) or one row of values per subgroup (chart xbar-r), with or without a header;
separated by comma, semicolon or tab. Charts p, np and u take two columns: count and sample size.

  --chart KIND     another kind for a CSV file
  --lsl, --usl, --target NUMBER   specification: gives the capability too
  --rules SET      nelson, western-electric or aiag: gives the signals too
  --sigma, --lambda, --k, --h NUMBER   for ewma and cusum (k and h in sigmas)
  --help           this text`,
  options: Object.fromEntries(optionNames.map((name) => [name, { type: 'string' }])),
  positionals: 1,
  run: (input, io) =>
    printAnswer(
      input,
      io,
      async () => (await import('./statistics/answer.ts')).statisticsKinds,
      (file, text) => (/\.json$/i.test(file) || /^\s*\{/.test(text) ? json(text) : table(text, input)),
    ),
};

function json(text: string): Case {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new CaseFault('file', error instanceof Error ? error.message : String(error));
  }
  return readCase(read);
}

/** Shared by the commands that answer cases. */
export async function printAnswer(
  input: CommandInput,
  io: { out(text: string): void; err(text: string): void },
  kinds: () => Promise<Readonly<Record<string, Kind>>>,
  read: (file: string, text: string) => Case,
): Promise<number> {
  const [file] = input.positionals;
  if (file === undefined) {
    io.err('name the file to read\n');
    return exitUsage;
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CannotRunError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  let told: CaseAnswer;
  try {
    // Distributions take a moment to load: the other commands do without.
    const { answerCase } = await import('./statistics/answer.ts');
    told = answerCase(await kinds(), read(file, text));
  } catch (error) {
    if (!(error instanceof CaseFault)) throw error;
    told = {
      answer: { refused: { code: 'case.unreadable', params: { at: error.at, problem: error.problem } } },
      refused: true,
    };
  }
  io.out(`${JSON.stringify(told.answer, null, 2)}\n`);
  return told.refused ? exitFaults : exitFine;
}

export const jsonCase = (_file: string, text: string): Case => json(text);

function table(text: string, input: CommandInput): Case {
  const { rows, header } = readCsv(text);
  const columns = rows[0]?.length ?? header.length;
  const kind = textOption(input, 'chart') ?? (columns > 1 ? 'xbar-r' : 'i-mr');
  const number = (name: string): Record<string, number> => {
    const value = textOption(input, name);
    if (value === null) return {};
    if (value.trim() === '' || !Number.isFinite(Number(value)))
      throw new CaseFault(`--${name}`, `"${value}" is not a number`);
    return { [name]: Number(value) };
  };
  const rules = textOption(input, 'rules');
  const spec = { ...number('lsl'), ...number('usl'), ...number('target') };
  const parameters = {
    ...spec,
    ...number('sigma'),
    ...number('lambda'),
    ...number('k'),
    ...number('h'),
    ...(rules === null ? {} : { ruleSet: rules }),
  };
  const column = (at: number): (number | null)[] => rows.map((row) => row[at] ?? null);
  const counts = /^(p|np|u|c)$/.test(kind);
  const specified = 'lsl' in spec || 'usl' in spec;
  return {
    kind: kind === 'i-mr' && specified ? 'i-mr+capability' : kind,
    parameters,
    input: counts
      ? { values: column(0), ...(columns > 1 ? { sizes: column(1) } : {}) }
      : columns > 1
        ? { subgroups: rows }
        : { values: column(0) },
  };
}
