/** The oee feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { newest, watching } from '#station/streams/mailbox.ts';
import { Signal } from '#station/streams/signal.ts';
import { rhythmView } from './rhythm.ts';
import { oeeView, type OeeSources } from './view.ts';
import { shiftRows } from './windows.ts';

const concerns = (type: string): boolean => /^(?:slice|slices|pieces|stop)\./.test(type);
/** A window is computed anew for every news that is told, and counts of a quick machine come often. */
const mostOftenMs = 500;

export function createOeeRouter(core: Core) {
  const os = implement(contract.oee);
  let revision = 1;
  const changed = new Signal<void>();
  const tell = (): void => {
    revision += 1;
    changed.emit();
  };
  core.appended.listen((events) => {
    if (events.some(({ type }) => concerns(type))) tell();
  });
  core.catalogue.changed.listen(tell);
  const sources = (): OeeSources => ({ read: core.read, facts: core.facts() });
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      const revisions = watching<null>(
        (box) => {
          box.put(null);
          return changed.listen(() => box.put(null));
        },
        signal,
        newest,
        mostOftenMs,
      );
      for await (const _news of revisions) yield { revision };
    }),
    view: os.view.handler(({ input }) => oeeView(input, sources())),
    rhythm: os.rhythm.handler(({ input }) => rhythmView(input, sources())),
    shifts: os.shifts.handler(() => {
      const facts = core.facts();
      return shiftRows(facts.now, facts.catalogue.calendar);
    }),
  });
}
