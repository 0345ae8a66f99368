/** The people feature of the contract. */
import { implement } from '@orpc/server';
import type { PeopleView } from '#contract/rpc/people.ts';
import { contract } from '#contract/rpc/index.ts';
import { watching } from '#station/streams/mailbox.ts';
import type { People } from './people.ts';

export function createPeopleRouter(people: People) {
  const os = implement(contract.people);
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      yield* watching<PeopleView>((box) => {
        box.put(people.view());
        return people.changed.listen((view) => box.put(view));
      }, signal);
    }),
    signIn: os.signIn.handler(({ input: { badge, pin, commandId } }) =>
      people.signIn({ badge, pin, entry: 'typed', commandId }),
    ),
    givePin: os.givePin.handler(({ input }) => people.givePin(input.pin, input.commandId)),
    cancelPin: os.cancelPin.handler(() => people.cancelPin()),
    signOut: os.signOut.handler(({ input }) => people.signOut(input.commandId)),
    lock: os.lock.handler(({ input }) => people.lock(input.commandId)),
    active: os.active.handler(() => {
      people.active();
      return null;
    }),
  });
}
