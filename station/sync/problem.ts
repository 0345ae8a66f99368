/** What can go wrong on the road to the server, told apart by what to do about it. */
import type { linkProblems } from '#contract/rpc/sync.ts';
import { syncErrorCodes, type SyncError } from '#contract/sync/protocol.ts';

export type LinkProblem = (typeof linkProblems)[number];

/** No (whole) answer: try again. */
export class LinkError extends Error {
  readonly code: LinkProblem;
  constructor(code: LinkProblem, detail: string) {
    super(detail);
    this.name = 'LinkError';
    this.code = code;
  }
}

/** The server's answer is a no, with its reason. */
export class ServerError extends Error {
  readonly status: number;
  readonly body: SyncError;
  constructor(status: number, body: SyncError) {
    super(`${body.problem} ${body.remedy}`.trim());
    this.name = 'ServerError';
    this.status = status;
    this.body = body;
  }

  get code(): string {
    return this.body.error;
  }

  /** What this station can do about it; an unknown code of a newer server is taken for one that asking again may end. */
  get kind(): 'stop' | 'rewind' | 'fork' | 'retry' {
    return Object.hasOwn(syncErrorCodes, this.code)
      ? syncErrorCodes[this.code as keyof typeof syncErrorCodes]
      : 'retry';
  }
}

/** The unplug test has cut the link. */
export class LinkCut extends Error {
  constructor() {
    super('the link is cut in software');
    this.name = 'LinkCut';
  }
}

const byCode: Readonly<Record<string, LinkProblem>> = {
  ENOTFOUND: 'name-unknown',
  EAI_AGAIN: 'name-unknown',
  ECONNREFUSED: 'connection-refused',
  ETIMEDOUT: 'no-answer',
  EHOSTUNREACH: 'no-answer',
  ENETUNREACH: 'no-answer',
};

/** An error of Node's sockets and TLS as one of ours. */
export function linkErrorOf(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  const { code = '', message = String(error) } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (/^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_UNEXPECTED_EOF.*)$/.test(code))
    return new LinkError('answer-not-understood', `${message}; is that port really for https?`);
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL/.test(code);
  return new LinkError(certificate ? 'certificate-wrong' : (byCode[code] ?? 'connection-lost'), message);
}
