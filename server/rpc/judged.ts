/**
 * What every call of the plant view passes: who asks is looked up anew, input that does not fit is answered field by field,
 * and what goes wrong inside is told to the log and not to the browser.
 */
import { randomUUID } from 'node:crypto';
import { ORPCError, ValidationError } from '@orpc/server';
import type { PlantFault } from '#contract/plant/base.ts';
import { mayAnywhere } from '#domain/accounts/may.ts';
import type { Caller } from '../accounts/caller.ts';
import { isUnreachable } from '../db/errors.ts';
import type { Log } from '../log.ts';
import type { PlantContext } from './context.ts';

/** What may be called before an account may see anything, or has to change its password. */
const always = new Set(['session.get', 'session.health', 'accounts.changePassword']);
/** One's own sessions need no right. */
const own = new Set(['accounts.sessions', 'accounts.endSession']);

interface Call {
  readonly path: readonly string[];
  readonly input: unknown;
  readonly context: PlantContext;
}

/**
 * An interceptor of the handler's procedure calls.
 * @param callerOf who a session is, as the database says now.
 */
export function judged(callerOf: (idHash: string, from: string) => Promise<Caller | null>, log: Log) {
  return async <C extends Call>({ next, ...rest }: C & { next(call?: C): Promise<unknown> }): Promise<unknown> => {
    const call = rest as unknown as C;
    const path = call.path.join('.');
    const { sessionId, from } = call.context.caller;
    try {
      const caller = sessionId === null ? null : await callerOf(sessionId, from);
      if (caller === null) throw new ORPCError('UNAUTHORIZED', { data: { code: 'session.over' } });
      if (caller.passwordToChange && !always.has(path)) {
        throw new ORPCError('FORBIDDEN', { data: { code: 'password.to-change' } });
      }
      if (!always.has(path) && !own.has(path) && !mayAnywhere(caller.grants, 'plant.view')) {
        throw new ORPCError('FORBIDDEN', { data: { code: 'right.missing', right: 'plant.view', scope: '*' } });
      }
      return await next({ ...call, context: { ...call.context, caller } });
    } catch (error) {
      if (error instanceof ORPCError && error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
        if (!isChange(call.input)) throw error;
        return { ok: false, faults: faultsOfInput(error.cause.issues) };
      }
      if (error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR') throw error;
      if (isUnreachable(error)) {
        log.warn({ call: path, problem: (error as Error).message }, 'no database');
        throw new ORPCError('SERVICE_UNAVAILABLE', { data: { code: 'database.unreachable' } });
      }
      // The number joins what the person sees and what the log says.
      const errorId = randomUUID();
      log.error({ errorId, call: path, err: error }, 'a call of the plant view failed');
      throw new ORPCError('INTERNAL_SERVER_ERROR', { message: 'failed', data: { code: 'failed', errorId } });
    }
  };
}

/** Procedures that change something take a `commandId` (contract/plant/base.ts); their answer has a place for faults. */
const isChange = (input: unknown): boolean => typeof input === 'object' && input !== null && 'commandId' in input;

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What the schema of a call says, one fault per field. */
export function faultsOfInput(issues: readonly Issue[]): PlantFault[] {
  return issues.map(({ message, path }) => ({
    code: 'input.invalid',
    params: { problem: message },
    field: fieldOf(path ?? []),
  }));
}

function fieldOf(path: NonNullable<Issue['path']>): string | null {
  const parts = path.map((part) => (typeof part === 'object' ? part.key : part));
  if (parts.length === 0) return null;
  return parts
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
