/** What went wrong, from the errors of the OPC UA stack, in the product's problem codes. */
import type { DeviceProblem } from '#contract/driver.ts';

/** The server's (or stack's) answer to a request that failed. */
export function statusOf(error: unknown): string {
  const fault = error as {
    readonly response?: { readonly responseHeader?: { readonly serviceResult?: { readonly name?: string } } };
    readonly statusCode?: { readonly name?: string };
  } | null;
  const named = fault?.response?.responseHeader?.serviceResult?.name ?? fault?.statusCode?.name;
  if (named !== undefined && named !== 'Good') return named;
  const message = textOf(error);
  const mentioned = /\b(Bad[A-Z][A-Za-z]+)\b/.exec(message)?.[1];
  if (mentioned !== undefined) return mentioned;
  if (/timed out|timeout/i.test(message)) return 'BadTimeout';
  if (/connection|channel|socket|closed|disconnect|ECONN/i.test(message)) return 'BadConnectionClosed';
  return 'BadCommunicationError';
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why connecting failed. `needsPerson`: trying again alone will not help. */
export function connectProblem(error: unknown): { readonly problem: DeviceProblem; readonly needsPerson: boolean } {
  const message = textOf(error);
  const status = statusOf(error);
  if (/^Bad(UserAccessDenied|IdentityToken)/.test(status)) return { problem: 'credentials-refused', needsPerson: true };
  if (/^Bad(Certificate|Security)/.test(status) || /End point must exist|securityMode|untrusted/i.test(message)) {
    return { problem: 'security-refused', needsPerson: true };
  }
  if (/ECONNREFUSED/.test(message)) return { problem: 'host-refused', needsPerson: false };
  if (/ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN/.test(message)) {
    return { problem: 'host-unreachable', needsPerson: false };
  }
  if (/ETIMEDOUT|timed out|timeout/i.test(message)) return { problem: 'host-timeout', needsPerson: false };
  return { problem: 'no-session', needsPerson: false };
}
