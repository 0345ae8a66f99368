/** Dead letters as the plant view's `trouble` wants them: judged by right, once per command, with audit rows. */
import type { PlantFault } from '#contract/plant/base.ts';
import type { Db } from '../db/db.ts';
import type { Change, Changes } from '../rpc/changes.ts';
import { Refused } from '../rpc/refused.ts';
import type { DeadLetters as DeadLetterCalls } from '../trouble/index.ts';
import type { DeadLetters } from './outbox/dead-letters.ts';

export function createDeadLetterCalls(db: Db, change: Changes, letters: DeadLetters): DeadLetterCalls {
  const right = { right: 'trouble.replay', lineId: null } as const;
  const done = async (
    { audit }: Change,
    ids: readonly string[],
    what: string,
    after: object | null,
    faults: readonly PlantFault[],
  ): Promise<undefined> => {
    if (faults.length > 0) throw new Refused(faults);
    for (const id of ids) await audit({ what, subject: `letter:${id}`, before: null, after });
  };
  return {
    count: () => letters.count(db),
    list: ({ cursor, limit }) => letters.list(db, cursor, limit),
    sendAgain: (caller, { commandId, ids }) =>
      change(caller, commandId, right, async (act) =>
        done(act, ids, 'letter.sent-again', null, await letters.sendAgain(act.tx, ids, act.at)),
      ),
    discard: (caller, { commandId, ids, note }) =>
      change(caller, commandId, right, async (act) =>
        done(act, ids, 'letter.discarded', { note }, await letters.discard(act.tx, ids, note, act.at)),
      ),
  };
}
