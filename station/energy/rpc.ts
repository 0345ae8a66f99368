/** The energy feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { newest, watching } from '#station/streams/mailbox.ts';
import { Signal } from '#station/streams/signal.ts';
import { energyCost, energySummary, unitEnergies, type EnergySources } from './view.ts';
import type { EnergyWatch } from './watch.ts';

/** States and counts change what energy is told of. */
const concerns = (type: string): boolean => /^(?:energy|slice|slices|pieces)\./.test(type);
const mostOftenMs = 1_000;

export function createEnergyRouter(core: Core, watch: Pick<EnergyWatch, 'changed' | 'now'>) {
  const os = implement(contract.energy);
  let revision = 1;
  const changed = new Signal<void>();
  core.appended.listen((events) => {
    if (!events.some(({ type }) => concerns(type))) return;
    revision += 1;
    changed.emit();
  });
  watch.changed.listen(() => changed.emit());
  const sources = (): EnergySources => ({ read: core.read, facts: core.facts() });
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      const news = watching<null>(
        (box) => {
          box.put(null);
          return changed.listen(() => box.put(null));
        },
        signal,
        newest,
        mostOftenMs,
      );
      for await (const _news of news) yield { revision, machines: watch.now() };
    }),
    summary: os.summary.handler(({ input }) => energySummary(input, sources())),
    cost: os.cost.handler(({ input }) => energyCost(input, sources())),
    units: os.units.handler(({ input }) => unitEnergies(input, sources())),
  });
}
