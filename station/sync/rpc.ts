/** The sync feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { SyncView } from '#contract/rpc/sync.ts';
import { watching } from '#station/streams/mailbox.ts';
import type { Sync } from './index.ts';

const leastMs = 250;
/** A click that comes twice (a resent call) is answered with what the first one was answered. */
const remembered = 50;

export function createSyncRouter(sync: Sync) {
  const os = implement(contract.sync);
  const outcomes = new Map<string, Promise<Outcome> | Outcome>();
  const once = (commandId: string, run: () => Promise<Outcome> | Outcome): Promise<Outcome> | Outcome => {
    const known = outcomes.get(commandId);
    if (known !== undefined) return known;
    const outcome = run();
    outcomes.set(commandId, outcome);
    const oldest = outcomes.keys().next();
    if (outcomes.size > remembered && oldest.done !== true) outcomes.delete(oldest.value);
    return outcome;
  };
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      const changes = watching<true>(
        (box) => {
          box.put(true);
          return sync.changed.listen(() => box.put(true));
        },
        signal,
        undefined,
        leastMs,
      );
      for await (const _change of changes) yield sync.view() satisfies SyncView;
    }),
    enrol: os.enrol.handler(({ input: { commandId, url, code } }) => once(commandId, () => sync.enrol(url, code))),
    forget: os.forget.handler(({ input: { commandId } }) => once(commandId, () => sync.forget())),
    startTest: os.startTest.handler(({ input: { commandId, forMs, facts } }) =>
      once(commandId, () => sync.startTest(forMs, facts)),
    ),
    endTest: os.endTest.handler(({ input: { commandId } }) => once(commandId, () => sync.endTest())),
    report: os.report.handler(({ input: { testId } }) => sync.report(testId)),
  });
}
