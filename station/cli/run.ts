/** From the words on the command line to an exit code. */
import { parseArgs } from 'node:util';
import { closest } from '#domain/config/closest.ts';
import { audit } from './audit.ts';
import { check } from './check.ts';
import {
  CannotRunError,
  exitCannotRun,
  exitCodesText,
  exitFine,
  exitUsage,
  type Command,
  type CommandIo,
  type Drivers,
} from './command.ts';
import { enrol } from './enrol.ts';
import { kpi } from './kpi.ts';
import { newEpoch } from './new-epoch.ts';
import { pin } from './pin.ts';
import { rebuild } from './rebuild.ts';
import { spc } from './spc.ts';
import { verify } from './verify.ts';

const commands: readonly Command[] = [check, rebuild, verify, newEpoch, enrol, audit, pin, spc, kpi];

const help = `Usage: linewright COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(11)}${summary}`).join('\n')}

  linewright COMMAND --help tells more; --json gives the result as JSON.

${exitCodesText}
`;

export async function run(words: readonly string[], io: CommandIo, drivers: Drivers): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? io.err : io.out)(help);
    return name === undefined ? exitUsage : exitFine;
  }
  const command = commands.find((each) => each.name === name);
  if (!command) {
    const names = commands.map((each) => each.name);
    const near = closest(name, names);
    io.err(`there is no command "${name}"${near === null ? '' : `; did you mean "${near}"?`} (${names.join(', ')})\n`);
    return exitUsage;
  }
  const parsed = parse(command, rest);
  if (typeof parsed === 'string') {
    io.err(`${parsed}\nlinewright ${command.name} --help tells what is possible\n`);
    return exitUsage;
  }
  const { values, positionals } = parsed;
  if (values['help'] === true) {
    io.out(`${command.help}\n\n${exitCodesText}\n`);
    return exitFine;
  }
  try {
    return await command.run({ positionals, values, json: values['json'] === true, drivers }, io);
  } catch (error) {
    if (!(error instanceof CannotRunError)) throw error;
    io.err(`${error.message}\n`);
    return exitCannotRun;
  }
}

type Parsed = {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: string[];
};

/** @returns what is wrong with the words, as text. */
function parse(command: Command, words: readonly string[]): Parsed | string {
  const options = { ...command.options, help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } as const;
  for (const word of words) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name === undefined || Object.hasOwn(options, name)) continue;
    const near = closest(name, Object.keys(options));
    return `${command.name} has no option --${name}${near === null ? '' : `; did you mean --${near}?`}`;
  }
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    if (positionals.length > command.positionals) {
      return `"${positionals[command.positionals]}" is one word too many for ${command.name}`;
    }
    return { values, positionals };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
