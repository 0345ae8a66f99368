/**
 * The station's key pair (Ed25519). The private key lies in the data folder, readable by the station's user only; it is
 * never sent and never logged.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './whole-file.ts';

export interface Identity {
  /** 32 bytes, base64url. */
  readonly publicKey: string;
  /** First 16 hex digits of SHA-256 over the 32 key bytes (contract/sync/enrol.ts). */
  readonly keyId: string;
  /** Ed25519 signature, 64 bytes. */
  sign(data: Uint8Array): Buffer;
}

const fileOf = (folder: string): string => join(folder, 'server.key');

/** null: there is none. @throws Error when the file is there and is no Ed25519 key */
export function readIdentity(folder: string): Identity | null {
  let pem: string;
  try {
    pem = readFileSync(fileOf(folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Not the library's message: it may quote what it read.
    throw new Error(`${fileOf(folder)} is no private key; delete it and enrol this station again`);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Error(`${fileOf(folder)} holds no Ed25519 key; delete it and enrol this station again`);
  }
  return identityOf(key);
}

/** Makes a new key and keeps it instead of the one before. */
export function makeIdentity(folder: string): Identity {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeWhole(fileOf(folder), privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return identityOf(privateKey);
}

export function dropIdentity(folder: string): void {
  rmSync(fileOf(folder), { force: true });
}

function identityOf(key: KeyObject): Identity {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: x,
    keyId: createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 16),
    sign: (data) => sign(null, data, key),
  };
}
