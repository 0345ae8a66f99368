/** The calls of the plant view about energy. */
import { implement } from '@orpc/server';
import { energy } from '#contract/plant/energy.ts';
import type { PlantParts } from '../plant-routers.ts';
import type { PlantContext } from '../rpc/context.ts';
import { sightOf } from '../rpc/sight.ts';
import { energyOverview } from './read.ts';

export function createEnergyRouter({ db, clock, configuration, feed }: PlantParts) {
  const os = implement(energy).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    overview: os.overview.handler(({ context: { caller }, input }) => {
      const force = configuration();
      return energyOverview(db, force, input, clock.now(), sightOf(caller.grants, force));
    }),
  });
}
