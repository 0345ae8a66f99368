/** Why the server did not do what a program asked over HTTP: the body of every answer that is not 2xx. */
import { syncErrorCodes, type Head, type SyncError, type SyncErrorCode } from '#contract/sync/protocol.ts';

const statusOf: Readonly<Record<SyncErrorCode, number>> = {
  'batch-invalid': 400,
  'batch-too-large': 413,
  gap: 409,
  fork: 409,
  'signature-missing': 401,
  'signature-wrong': 401,
  'station-unknown': 401,
  'station-revoked': 403,
  'stream-not-yours': 403,
  'code-wrong': 403,
  'code-expired': 403,
  'already-enrolled': 409,
  'protocol-unknown': 404,
  'not-found': 404,
  'input-invalid': 400,
  'too-many-requests': 429,
  'server-busy': 503,
  'database-unreachable': 503,
  internal: 500,
};

/** Thrown anywhere below a route; answered as `syncErrorSchema`. */
export class HttpFault extends Error {
  readonly code: SyncErrorCode;
  readonly status: number;
  /** What to do. */
  readonly remedy: string;
  readonly head: Head | undefined;
  /** Whole seconds until asking again makes sense. */
  readonly retryAfterS: number | undefined;

  /** @param problem what and where, with the values it was judged on; never a secret. */
  constructor(
    code: SyncErrorCode,
    problem: string,
    remedy: string,
    more: { readonly head?: Head; readonly status?: number; readonly retryAfterS?: number } = {},
  ) {
    super(problem);
    this.name = 'HttpFault';
    this.code = code;
    this.status = more.status ?? statusOf[code];
    this.remedy = remedy;
    this.head = more.head;
    this.retryAfterS = more.retryAfterS ?? (syncErrorCodes[code] === 'retry' ? 2 : undefined);
  }

  body(): SyncError {
    return {
      error: this.code,
      problem: this.message,
      remedy: this.remedy,
      ...(this.head === undefined ? {} : { head: this.head }),
    };
  }
}
