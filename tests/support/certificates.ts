/** Authorities and server certificates of a test, made by openssl; all files in one folder. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}
export interface Authority extends Certificate {
  /** @param names subjectAltName, e.g. `['DNS:localhost', 'IP:127.0.0.1']` */
  issue(name: string, names: readonly string[]): Certificate;
}

const ofFiles = (certFile: string, keyFile: string): Certificate => ({
  certFile,
  keyFile,
  cert: readFileSync(certFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
});

/** @param openssl path of the program (`systemPart('openssl')`). */
export function authority(openssl: string, folder: string, name: string): Authority {
  const run = (...args: string[]): unknown => execFileSync(openssl, args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  run('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', certFile);
  return {
    ...ofFiles(certFile, keyFile),
    issue(of, names) {
      const file = (kind: string): string => join(folder, `${of}.${kind}`);
      run('req', '-new', ...newKey, '-subj', `/CN=${of}`, '-keyout', file('key'), '-out', file('csr'));
      writeFileSync(file('ext'), `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth\n`);
      const signed = ['-CA', certFile, '-CAkey', keyFile, '-CAcreateserial', '-days', '2', '-extfile', file('ext')];
      run('x509', '-req', '-in', file('csr'), '-out', file('pem'), ...signed);
      return ofFiles(file('pem'), file('key'));
    },
  };
}
