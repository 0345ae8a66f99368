/** The energy feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { News } from '#station/core/news.ts';
import { energyCost, energySummary, unitEnergies, type EnergySources } from './view.ts';
import type { EnergyWatch } from './watch.ts';

/** States, counts and, where nothing counts, units change what energy is told of. */
const concerns = (type: string): boolean =>
  /^(?:energy|slice|slices|pieces|unit|nonconformance)\./.test(type) ||
  type === 'execution.passed' ||
  type === 'execution.stopped';
const mostOftenMs = 1_000;

export function createEnergyRouter(core: Core, watch: Pick<EnergyWatch, 'changed' | 'now'>) {
  const os = implement(contract.energy);
  const news = new News(core, { facts: concerns });
  watch.changed.listen(news.tell);
  const sources = (): EnergySources => ({ read: core.read, facts: core.facts() });
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal, { mostOftenMs }))
        yield { revision: news.revision, machines: watch.now() };
    }),
    summary: os.summary.handler(({ input }) => energySummary(input, sources())),
    cost: os.cost.handler(({ input }) => energyCost(input, sources())),
    units: os.units.handler(({ input }) => unitEnergies(input, sources())),
  });
}
