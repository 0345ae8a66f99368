/** Passwords, keys and tokens: made, hashed, compared. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { PlantFaultCode } from '#contract/plant/fault-codes.ts';

/** argon2id with the package's defaults (19 MiB, 2 passes, 1 lane), the first choice of the OWASP password cheat sheet. */
export const hashPassword = (password: string): Promise<string> => hash(password);

let nobodysHash: Promise<string> | null = null;

/**
 * Takes as long for an account that is not there (`null`) as for a wrong password, so that the time tells nobody which
 * accounts there are.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hashPassword(randomBytes(32).toString('base64url'));
  const good = await verify(stored ?? (await nobodysHash), password).catch(() => false);
  return good && stored !== null;
}

/** 256 random bits, fit for a cookie, an address or a header. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** SHA-256, hex. For random tokens only; passwords need a slow hash. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Begins every program's key, so that scanners for leaked secrets can find it. */
const keyPrefix = 'lwk_';
export const newKey = (): string => `${keyPrefix}${newToken()}`;

/** Without what looks alike when it is read from a screen to somebody: 0 O, 1 l I. */
const readable = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A first password that can be told over a telephone: 4 groups of 4, 80 random bits. */
export function newPassword(): string {
  const group = (): string => Array.from({ length: 4 }, () => readable[randomInt(readable.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

/**
 * What is wrong with a new password beyond its length (NIST SP 800-63B 5.1.1.2: no rules of composition, but nothing that
 * an attacker tries first). @returns a fault code, or null.
 */
export function weakness(
  password: string,
  account: { readonly id: string; readonly name: string },
): PlantFaultCode | null {
  const small = password.toLowerCase();
  if (new Set(small).size < 5) return 'password.repeats';
  const known = [
    account.id,
    ...account.id.split(/[._@-]/),
    ...account.name.split(/\s+/),
    'linewright',
    'password',
    'passwort',
  ]
    .map((part) => part.toLowerCase())
    .filter((part) => part.length >= 4);
  // What is left when the words that everybody knows of this person are taken out.
  const rest = known.reduce((left, word) => left.replaceAll(word, ''), small);
  return rest.length < 6 ? 'password.guessable' : null;
}
