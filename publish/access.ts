/** What a connection needs of the settings: secrets come from the environment, certificates from files named there. */
import { readFileSync } from 'node:fs';
import type { PublishingTo } from '#contract/config/publishing.ts';
import type { BrokerOptions } from './broker.ts';
import { PublishError } from './publish-error.ts';

export type Access = Pick<BrokerOptions, 'url' | 'userName' | 'password' | 'ca' | 'certificate' | 'key'>;
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @returns read anew for every connection, so that a certificate that was renewed counts. It throws PublishError where a
 *   file cannot be read.
 * @throws Error that names the variable that is not set
 */
export function accessOf(settings: PublishingTo, environment: Environment): () => Access {
  const of = (setting: 'passwordVariable' | 'caVariable' | 'certificateVariable' | 'keyVariable'): string | null => {
    const variable = settings[setting];
    if (variable === undefined) return null;
    const value = environment[variable];
    if (value === undefined || value === '')
      throw new Error(`publish.${setting} names ${variable}, which is not set: set it and start again`);
    return value;
  };
  const password = of('passwordVariable');
  const [ca, certificate, key] = [of('caVariable'), of('certificateVariable'), of('keyVariable')];
  const { url, userName = null } = settings;
  return () => ({ url, userName, password, ca: read(ca), certificate: read(certificate), key: read(key) });
}

function read(path: string | null): string | null {
  if (path === null) return null;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PublishError('file', `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
