/** The station's log: structured lines, secrets left out. It tells engineers what happened; facts are in the event log. */
import { destination, pino } from 'pino';
import type { Logger, LevelWithSilent } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & { child(bindings: object): Log };

const levels: readonly LevelWithSilent[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Names whose values never reach a log, at the top and up to two levels down. */
const secretNames = ['pin', 'pinHash', 'password', 'token', 'cookie', 'secret', 'key', 'authorization', 'badge'];

/**
 * @param level one of pino's levels; anything else (also undefined) means `info`.
 * @param file absolute path to append to; null: standard error.
 */
export function createLog(level: string | undefined, file: string | null = null): Log {
  return pino(
    {
      level: levels.find((known) => known === level) ?? 'info',
      base: null,
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[not logged]',
      },
    },
    destination({ dest: file ?? 2, append: true, mkdir: true, sync: true }),
  );
}
