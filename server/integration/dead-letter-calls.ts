/** Dead letters as the plant view's `trouble` wants them: judged by right, once per command, with audit rows. */
import type { PlantFault } from '#contract/plant/base.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { Change, Changes } from '../rpc/changes.ts';
import { Refused } from '../rpc/refused.ts';
import { sightOf, type Sight } from '../rpc/sight.ts';
import type { DeadLetters as DeadLetterCalls } from '../trouble/index.ts';
import type { DeadLetters } from './outbox/dead-letters.ts';

/** A letter is of the lines that make its order; whoever decides about it needs the right on each of them. */
export function createDeadLetterCalls(
  db: Db,
  change: Changes,
  configuration: ReleasedConfiguration,
  letters: DeadLetters,
): DeadLetterCalls {
  const right = { right: 'trouble.replay' } as const;
  /** Those that are no letters, or that the person does not see, are refused by `letters` as unknown. */
  const need = async (act: Change, ids: readonly string[]): Promise<Sight> => {
    const sight = sightOf(act.caller.grants, configuration());
    for (const lineId of await letters.linesOf(act.tx, ids, sight)) act.need('trouble.replay', lineId);
    return sight;
  };
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
    count: (sight) => letters.count(db, sight),
    list: ({ cursor, limit }, sight) => letters.list(db, cursor, limit, sight),
    sendAgain: (caller, { commandId, ids }) =>
      change(caller, commandId, right, async (act) =>
        done(act, ids, 'letter.sent-again', null, await letters.sendAgain(act.tx, ids, act.at, await need(act, ids))),
      ),
    discard: (caller, { commandId, ids, note }) =>
      change(caller, commandId, right, async (act) =>
        done(
          act,
          ids,
          'letter.discarded',
          { note },
          await letters.discard(act.tx, ids, note, act.at, await need(act, ids)),
        ),
      ),
  };
}
