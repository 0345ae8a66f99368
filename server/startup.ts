/** What stands between the options of a start and a server that can run, and what is wrong with them in one line. */
import { readFileSync } from 'node:fs';
import type { Configuration } from '#contract/config/index.ts';
import { loadConfiguration } from '../config/load.ts';
import { DatabaseFolderError, MigrationError } from './db/errors.ts';
import type { TlsFiles } from './http/app.ts';
import { OptionError } from './option-error.ts';

const faultsShown = 3;

/** @throws OptionError naming the first faults. */
export function readPlantConfiguration(folder: string): Configuration {
  const loaded = loadConfiguration(folder, { manifests: null });
  if ('configuration' in loaded) return loaded.configuration;
  const { faults } = loaded;
  const first = faults
    .slice(0, faultsShown)
    .map(({ file, line, problem }) => `${file}${line === null ? '' : `:${line}`} ${problem}`);
  const rest = faults.length > faultsShown ? `; and ${faults.length - faultsShown} more` : '';
  throw new OptionError(
    `${folder} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}: ${first.join('; ')}${rest}. All of them with remedies: npm run linewright -- check ${folder}`,
  );
}

/** @throws OptionError when one is missing or cannot be read. */
export function readTls(cert: string | undefined, key: string | undefined): TlsFiles | null {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) throw new OptionError('TLS needs both --tls-cert and --tls-key');
  const read = (option: string, file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new OptionError(`${option} ${file} cannot be read (${(error as { code?: string }).code ?? String(error)})`);
    }
  };
  return { cert: read('--tls-cert', cert), key: read('--tls-key', key) };
}

/** @throws OptionError */
export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new OptionError(`--port must be a whole number from 0 (any free one) to 65535, not "${text}"`);
  return port;
}

/** @throws OptionError unless it is a number from `least` to `most`. */
export function readAmount(option: string, text: string, least: number, most: number): number {
  const amount = Number(text);
  if (text.trim() === '' || !Number.isFinite(amount) || amount < least || amount > most)
    throw new OptionError(`${option} must be a number from ${least} to ${most}, not "${text}"`);
  return amount;
}

/** A secret of the environment; null: none is set. @throws OptionError when it could be guessed or no header can carry it. */
export function readToken(name: string, value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  if (!/^[\x21-\x7e]{16,}$/.test(value))
    throw new OptionError(`${name} must have at least 16 characters, printable ASCII without spaces`);
  return value;
}

/** The one line for people where starting again cannot help; null for anything else. */
export function hopelessLine(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof OptionError || error instanceof DatabaseFolderError || error instanceof MigrationError)
    return error.message;
  const { code = '', port, address } = error as { code?: string; port?: number; address?: string };
  if (code.startsWith('ERR_PARSE_ARGS')) return error.message;
  const place = `port ${port ?? ''} on ${address ?? 'this machine'}`;
  if (code === 'EADDRINUSE')
    return `${place} is taken (is Linewright running already?); end the other program or choose another port with --port`;
  if (code === 'EACCES' && port !== undefined)
    return `${place} may not be opened by this user; choose one from 1024 with --port`;
  if (code === 'EADDRNOTAVAIL')
    return `${address ?? 'that address'} is no address of this machine; choose one with --host`;
  if (code === 'ERR_OSSL_PEM_NO_START_LINE' || code.startsWith('ERR_OSSL'))
    return `--tls-cert or --tls-key is not what TLS needs (PEM): ${error.message}`;
  // PostgreSQL: wrong password, no such role, no such database, not allowed.
  if (['28P01', '28000', '3D000', '42501'].includes(code))
    return `the database of DATABASE_URL refuses: ${error.message}`;
  return null;
}
