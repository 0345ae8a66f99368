/** The machines feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { MachinesState } from '#contract/rpc/machines.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { News } from '#station/core/news.ts';
import type { MachineWatch } from './watch.ts';
import { countViews, doubtViews, machineNow, machinesHere, sliceViews } from './views.ts';

/** Facts of machine time; of stops, for why the machine stands that another waits for. */
const concerns = (type: string): boolean => /^(?:slice|slices|pieces|machine|stop)\./.test(type);
/** Counts of a quick machine come often; nobody reads them more often than this. */
const mostOftenMs = 250;

export function createMachinesRouter(core: Core, watch: Pick<MachineWatch, 'pending' | 'counted'>) {
  const os = implement(contract.machines);
  const { dispatch } = core;
  const news = new News(core, { facts: concerns, documents: ['line-wait'], link: true });
  watch.counted.listen(news.tell);
  const state = (): MachinesState => {
    const sources = { read: core.read, facts: core.facts(), documents: core.server.documents, pending: watch.pending };
    return {
      revision: news.revision,
      machines: machinesHere(sources.facts).map((machine) => machineNow(machine, sources)),
    };
  };
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal, { mostOftenMs })) yield state();
    }),
    slices: os.slices.handler(({ input }) => sliceViews(input, core.read)),
    counts: os.counts.handler(({ input }) => countViews(input, core.read, watch.pending(input.machineId))),
    doubts: os.doubts.handler(({ input }) => doubtViews(input, { read: core.read, facts: core.facts() })),
    seeDoubt: os.seeDoubt.handler(({ input: { commandId, ...see } }) =>
      done(dispatch({ type: 'machine.see-doubt', ...see }, commandId)),
    ),
    tell: os.tell.handler(({ input: { commandId, ...tell } }) =>
      done(dispatch({ type: 'machine.tell', ...tell }, commandId)),
    ),
  });
}
