/** The server's log: structured lines, secrets left out. It tells engineers what happened; facts are in the database. */
import { destination, pino } from 'pino';
import type { DestinationStream, LevelWithSilent, Logger } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & { child(bindings: object): Log };

const levels: readonly LevelWithSilent[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Names whose values never reach a log, at the top and up to two levels down. */
const secretNames = [
  'pin',
  'pinHash',
  'password',
  'passwordHash',
  'token',
  'cookie',
  'secret',
  'key',
  'code',
  'authorization',
  'signature',
  'set-cookie',
];
/** Names that are not plain identifiers must be written in brackets (pino's redaction paths). */
const place = (name: string): string => (/^\w+$/.test(name) ? name : `["${name}"]`);
const below = (parent: string, name: string): string =>
  /^\w+$/.test(name) ? `${parent}.${name}` : `${parent}["${name}"]`;

/**
 * @param level one of pino's levels; anything else (also undefined) means `info`.
 * @param to file to append to, a stream, or null for standard error.
 */
export function createLog(level: string | undefined, to: string | DestinationStream | null = null): Log {
  return pino(
    {
      level: levels.find((known) => known === level) ?? 'info',
      base: null,
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      redact: {
        paths: secretNames.flatMap((name) => [place(name), below('*', name), below('*.*', name)]),
        censor: '[not logged]',
      },
    },
    typeof to === 'object' && to !== null ? to : destination({ dest: to ?? 2, append: true, mkdir: true, sync: true }),
  );
}
