/** What the header says of the server and of what it does not have yet, and when that asks for a person. Pure. */
import type { SystemView } from '#contract/rpc/system.ts';

export interface ServerWords {
  readonly key:
    | 'none'
    | 'all-sent'
    | 'unsent'
    /** Something came a moment ago: no age worth saying. */
    | 'unsent-new';
  /** Label above: the state when it is none of the usual. */
  readonly label: 'server' | 'none' | 'refused' | 'unreachable' | 'cut';
  readonly tone: 'quiet' | 'warn';
}

/** Older than this, what is not sent asks for somebody to look. */
export const oldMs = 15 * 60_000;
const newMs = 5_000;

export function serverWords(view: Pick<SystemView, 'server' | 'unsent'>, now: number): ServerWords {
  const { server, unsent } = view;
  if (server.state === 'not-configured') return { key: 'none', label: 'none', tone: 'quiet' };
  const age = unsent.oldestAt === null ? 0 : now - unsent.oldestAt;
  const key = unsent.count === 0 ? 'all-sent' : age < newMs ? 'unsent-new' : 'unsent';
  const label =
    server.state === 'refused'
      ? 'refused'
      : server.state === 'cut'
        ? 'cut'
        : server.state === 'linked'
          ? 'server'
          : 'unreachable';
  // While the unplug test runs, everybody knows why nothing is sent.
  const old = unsent.count > 0 && age >= oldMs && server.state !== 'cut';
  return { key, label, tone: old || label === 'refused' ? 'warn' : 'quiet' };
}

/** Less than this apart is called the same: the way there and back takes its time too. */
export const driftTellingMs = 1_000;

/** Why in words; an unknown code of a newer server is shown as it is, never swallowed. */
export const problemWords = (code: string, message: (key: string) => string | null): string =>
  message(`sync_problem_${code.replaceAll(/[.-]/g, '_')}`) ?? `${code}:`;
