/** What B2MML documents need of the plant. */
import type { Configuration } from '#contract/config/index.ts';
import type { B2mmlContext } from './formats/b2mml-parts.ts';

export const b2mmlContext = (configuration: () => Configuration): Omit<B2mmlContext, 'createdAt'> => ({
  get plantId() {
    return configuration().plant.id;
  },
  lineOf: (stationId) => configuration().lines.find(({ stations }) => stations.includes(stationId))?.id ?? null,
});
