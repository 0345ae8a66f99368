/** The signature of a station's request (contract/sync/signature.ts), with Node's own cryptography. Pure: no key store here. */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { signatureBase, signatureLabel, signatureParams, type SignedRequest } from '#contract/sync/signature.ts';

/** DER of an Ed25519 public key before its 32 bytes (RFC 8410, section 4). */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** By their bytes: to read a key takes as long as to check a signature with it. */
const read = new Map<string, KeyObject>();
const readAtMost = 10_000;

export function publicKeyOf(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
  const known = read.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.concat([derPrefix, raw]), format: 'der', type: 'spki' });
  if (read.size >= readAtMost) read.clear();
  read.set(name, key);
  return key;
}

/** First 16 hex digits of SHA-256 over the 32 key bytes (contract/sync/enrol.ts). */
export function keyIdOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, 16);
}

/** Value of `content-digest` over the bytes as sent (RFC 9530). */
export function contentDigestOf(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

export interface SignatureHeaders {
  readonly keyId: string;
  readonly created: number;
  readonly signature: Buffer;
  /** The parameters as they were sent; they are part of what was signed. */
  readonly params: string;
}

const inputForm = new RegExp(
  String.raw`^${signatureLabel}=(\((?:"@method" "@path" "@query"(?: "content-digest")?)\);created=(\d{1,15});keyid="([0-9a-f]{16})";alg="ed25519")$`,
);
const signatureForm = new RegExp(`^${signatureLabel}=:([A-Za-z0-9+/]{86}==):$`);

/** Headers `signature-input` and `signature`. @returns null where they are not in the one form that stations send. */
export function readSignature(input: unknown, signature: unknown): SignatureHeaders | null {
  if (typeof input !== 'string' || typeof signature !== 'string') return null;
  const [, params = '', created = '', keyId = ''] = inputForm.exec(input) ?? [];
  const [, base64 = ''] = signatureForm.exec(signature) ?? [];
  if (params === '' || base64 === '') return null;
  return { keyId, created: Number(created), signature: Buffer.from(base64, 'base64'), params };
}

/** Whether the key's owner signed this very request: method, path, query and the digest of its body. */
export function isSignedBy(key: KeyObject, request: SignedRequest, headers: SignatureHeaders): boolean {
  // What is covered follows from the request: a signature that leaves the body out does not cover a request with one.
  if (headers.params !== signatureParams(request, headers)) return false;
  return verify(null, Buffer.from(signatureBase(request, headers)), key, headers.signature);
}
