/**
 * What a station signs of each request: HTTP Message Signatures (RFC 9421) with Ed25519 over method, path, query and, with
 * a body, its digest (RFC 9530, over the bytes as sent, after compression). No time limit is put on `created`, because a
 * station's clock may be a year off; a request said again is harmless instead, since every one of them is idempotent.
 * Only strings here; who signs and who checks brings the cryptography.
 */
export interface SignedRequest {
  readonly method: string;
  /** `/sync/v1/events` */
  readonly path: string;
  /** With its `?`; `?` alone when there is none (RFC 9421, 2.2.7). */
  readonly query: string;
  /** Value of `content-digest`, e.g. `sha-256=:...:`; null without a body. */
  readonly contentDigest: string | null;
}

export interface SignatureParameters {
  readonly keyId: string;
  /** Seconds since 1970 by the station's clock. */
  readonly created: number;
}

export const signatureLabel = 'lw';

/** The value of `signature-input` without the label: covered components and parameters. */
export function signatureParams(request: SignedRequest, { keyId, created }: SignatureParameters): string {
  const covered = ['"@method"', '"@path"', '"@query"', ...(request.contentDigest === null ? [] : ['"content-digest"'])];
  return `(${covered.join(' ')});created=${created};keyid="${keyId}";alg="ed25519"`;
}

/** The text whose UTF-8 bytes are signed (RFC 9421, 2.5). */
export function signatureBase(request: SignedRequest, parameters: SignatureParameters): string {
  return [
    `"@method": ${request.method}`,
    `"@path": ${request.path}`,
    `"@query": ${request.query}`,
    ...(request.contentDigest === null ? [] : [`"content-digest": ${request.contentDigest}`]),
    `"@signature-params": ${signatureParams(request, parameters)}`,
  ].join('\n');
}
