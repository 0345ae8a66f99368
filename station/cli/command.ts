/** What a command of the command line is, and the exit codes all of them share. */
import type { DriverModule } from '#contract/driver.ts';

export const exitFine = 0;
/** The command ran and found faults. */
export const exitFaults = 1;
/** The command line itself is wrong. */
export const exitUsage = 2;
/** It cannot be run here: no such folder, data in use, nothing there. */
export const exitCannotRun = 3;

export const exitCodesText = `Exit codes:
  0  fine
  1  faults found
  2  wrong usage
  3  cannot run here (folder missing, data in use, file damaged)`;

/** Loaded when a command needs them. */
export type Drivers = () => Promise<ReadonlyMap<string, DriverModule>>;

export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Without exit codes; those are added. */
  readonly help: string;
  /** Options beside --help and --json. */
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
  /** Most words after the command. */
  readonly positionals: number;
  run(input: CommandInput, io: CommandIo): Promise<number>;
}

export interface CommandInput {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly json: boolean;
  readonly drivers: Drivers;
}

/** Ends a command with exit code 3 and one line that says why. */
export class CannotRunError extends Error {}

export function textOption(input: CommandInput, name: string): string | null {
  const value = input.values[name];
  return typeof value === 'string' ? value : null;
}
