/**
 * The one way in which a call of the plant view changes something: judged by right and line, once per `commandId`, in one
 * transaction, refusals as answers. What is changed and its audit row are the caller's work inside `run`.
 */
import { mayAnywhere, may, type LinePlaces } from '#domain/accounts/may.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { PlantRight } from '#contract/plant/roles.ts';
import { audited } from '#server/accounts/audit.ts';
import type { Caller } from '#server/accounts/caller.ts';
import type { Act } from '#server/act.ts';
import type { Db } from '#server/db/db.ts';
import { refuse, Refused } from './refused.ts';

export interface ChangeParts {
  readonly db: Db;
  readonly clock: { now(): number };
  /** Of the configuration in force. */
  readonly places: () => LinePlaces;
}

/** What `run` gets: the act as every feature of the server takes it, with all that is known of who asks. */
export interface Change extends Act {
  readonly caller: Caller;
}

export interface Wanted {
  /** Held at least somewhere, else `run` is not even begun. null: everybody signed in may. */
  readonly right: PlantRight | null;
  /**
   * The line it is about; null: the whole plant. Left out: only `run` can know it, and calls `need` itself before it
   * changes anything.
   */
  readonly lineId?: string | null;
  /** false: the answer is a secret or large and is not kept; a repeated command is answered with `command.done`. */
  readonly keep?: boolean;
}

export type Changes = <T>(
  caller: Caller,
  commandId: string,
  wanted: Wanted,
  run: (change: Change) => Promise<T>,
) => Promise<PlantOutcome<T>>;

export function createChanges({ db, clock, places }: ChangeParts): Changes {
  return async <T>(
    caller: Caller,
    commandId: string,
    wanted: Wanted,
    run: (change: Change) => Promise<T>,
  ): Promise<PlantOutcome<T>> => {
    // What the right was asked for is what the change is about: who may read of it in the audit.
    const asked = new Set<string | null>();
    const need = (right: PlantRight, lineId: string | null): void => {
      asked.add(lineId);
      if (!may(caller.grants, right, lineId, places())) refuse('right.missing', { right, scope: scopeText(lineId) });
    };
    try {
      if (wanted.right !== null && !mayAnywhere(caller.grants, wanted.right)) {
        refuse('right.missing', { right: wanted.right, scope: scopeText(wanted.lineId ?? null) });
      }
      if (wanted.right !== null && wanted.lineId !== undefined) need(wanted.right, wanted.lineId);
      return await db.transaction(async (tx) => {
        const at = clock.now();
        // A second message of the same command waits here until the first has committed.
        const first = await tx.execute(
          'INSERT INTO plant_command (account_id, command_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
          [caller.accountId, commandId, at],
        );
        if (first === 0) {
          const [done] = await tx.query<{ answer: { value?: T } | null }>(
            'SELECT answer FROM plant_command WHERE account_id = $1 AND command_id = $2',
            [caller.accountId, commandId],
          );
          if (wanted.keep === false || !done?.answer) refuse('command.done');
          return { ok: true, value: done.answer.value as T };
        }
        const value = await run({
          tx,
          caller,
          at,
          need,
          audit: (entries) => {
            const common = { at, by: caller.accountId, from: caller.from, lines: linesAsked(asked) };
            return audited(
              tx,
              [entries].flat().map((entry) => ({ ...common, ...entry })),
            );
          },
        });
        await tx.execute(
          'UPDATE plant_command SET answer = $3::text::jsonb WHERE account_id = $1 AND command_id = $2',
          [caller.accountId, commandId, JSON.stringify(wanted.keep === false ? {} : { value })],
        );
        return { ok: true, value };
      });
    } catch (error) {
      if (error instanceof Refused) return { ok: false, faults: error.faults };
      throw error;
    }
  };
}

/** Empty: of the whole plant, too. */
const linesAsked = (asked: ReadonlySet<string | null>): string[] =>
  asked.has(null) ? [] : [...asked].filter((line) => line !== null).sort();

const scopeText = (lineId: string | null): string => (lineId === null ? '*' : `line:${lineId}`);
