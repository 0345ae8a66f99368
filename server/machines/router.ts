/** The calls of the plant view about machines. */
import { implement } from '@orpc/server';
import { machines } from '#contract/plant/machines.ts';
import type { PlantParts } from '../plant-routers.ts';
import type { PlantContext } from '../rpc/context.ts';
import { sightOf } from '../rpc/sight.ts';
import { listCounts, listDoubts, listMachines, listSlices } from './read.ts';

export function createMachinesRouter({ db, clock, configuration, feed }: PlantParts) {
  const os = implement(machines).$context<PlantContext>();
  const seen = ({ grants }: PlantContext['caller']) => {
    const force = configuration();
    return { force, sight: sightOf(grants, force) };
  };
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller } }) => {
      const { force, sight } = seen(caller);
      return listMachines(db, force, sight, clock.now());
    }),
    slices: os.slices.handler(({ context: { caller }, input }) => {
      const { force, sight } = seen(caller);
      return listSlices(db, force, input, sight);
    }),
    counts: os.counts.handler(({ context: { caller }, input }) => {
      const { force, sight } = seen(caller);
      return listCounts(db, force, input, sight);
    }),
    doubts: os.doubts.handler(({ context: { caller }, input }) => {
      const { force, sight } = seen(caller);
      return listDoubts(db, force, input, sight);
    }),
  });
}
