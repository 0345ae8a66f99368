/** Why a connection could not be made or ended, by kind, so that it can be shown in words with what to do. */
import type { PublishProblem } from '#contract/publish-state.ts';

export class PublishError extends Error {
  readonly problem: PublishProblem;
  constructor(problem: PublishProblem, message: string) {
    super(message);
    this.name = 'PublishError';
    this.problem = problem;
  }
}

/** MQTT 5, 3.2.2.2: bad user name or password, not authorized, bad authentication method. */
const userReasons: readonly unknown[] = [0x86, 0x87, 0x8c];
const away = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
/** OpenSSL's names of verification results, and Node's own. */
const certificate = /^(CERT_|ERR_TLS_CERT|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/;

/** @param error of the client: a reason code of MQTT 5 as a number, or a code of the system as text. */
export function problemOf(error: Error & { readonly code?: unknown }): PublishProblem {
  const { code } = error;
  if (error instanceof PublishError) return error.problem;
  if (typeof code === 'number') return userReasons.includes(code) ? 'user' : 'refused';
  if (typeof code === 'string') {
    if (away.test(code)) return 'unreachable';
    if (certificate.test(code)) return 'certificate';
    if (/^(ECONNRESET|EPIPE)$/.test(code)) return 'lost';
  }
  return /connack timeout/i.test(error.message) ? 'unreachable' : 'other';
}
