/** The calls of energy, answered from the invented scene. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { EnergyNow } from '#contract/rpc/energy.ts';
import { energyScene } from './energy-scene.ts';
import type { Shown } from './shown.ts';

export interface EnergyState {
  readonly revision: number;
  readonly machines: readonly EnergyNow[];
}

export function scriptedEnergy(state: Shown<EnergyState>) {
  const os = implement(contract.energy);
  return os.router({
    watch: os.watch.handler(({ signal }) => state.watch(signal)),
    summary: os.summary.handler(({ input }) => energyScene.summary(input)),
    cost: os.cost.handler(({ input }) => energyScene.cost(input)),
    units: os.units.handler(({ input }) => energyScene.units(input)),
  });
}
