/** The calls of the plant view about dead letters; part of its `trouble`. */
import { implement } from '@orpc/server';
import { trouble } from '#contract/plant/trouble.ts';
import type { Db } from '../db/db.ts';
import type { Changes } from '../rpc/changes.ts';
import type { PlantContext } from '../rpc/context.ts';
import { Refused } from '../rpc/refused.ts';
import type { DeadLetters } from './outbox/dead-letters.ts';

export interface DeadLetterParts {
  readonly db: Db;
  readonly change: Changes;
  readonly deadLetters: DeadLetters;
}

export function createDeadLetterCalls({ db, change, deadLetters }: DeadLetterParts) {
  const os = implement(trouble).$context<PlantContext>();
  const act = { right: 'trouble.replay', lineId: null } as const;
  return {
    deadLetters: os.deadLetters.handler(({ input }) => deadLetters.list(db, input.cursor, input.limit)),
    sendAgain: os.sendAgain.handler(({ context: { caller }, input: { commandId, ids } }) =>
      change(caller, commandId, act, async ({ tx, at, audit }): Promise<undefined> => {
        const faults = await deadLetters.sendAgain(tx, ids, at);
        if (faults.length > 0) throw new Refused(faults);
        for (const id of ids)
          await audit({ what: 'letter.sent-again', subject: `letter:${id}`, before: null, after: null });
      }),
    ),
    discard: os.discard.handler(({ context: { caller }, input: { commandId, ids, note } }) =>
      change(caller, commandId, act, async ({ tx, at, audit }): Promise<undefined> => {
        const faults = await deadLetters.discard(tx, ids, note, at);
        if (faults.length > 0) throw new Refused(faults);
        for (const id of ids)
          await audit({ what: 'letter.discarded', subject: `letter:${id}`, before: null, after: { note } });
      }),
    ),
  };
}
