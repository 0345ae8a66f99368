/** The calls of machines, answered from the invented scene. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { MachinesState } from '#contract/rpc/machines.ts';
import { machinesScene } from './machines-scene.ts';
import { oeeScene } from './oee-scene.ts';
import type { Shown } from './shown.ts';

type Act = (path: string) => (from: { input: unknown }) => Promise<{ readonly ok: true; readonly value: undefined }>;

export function scriptedMachines(state: Shown<MachinesState>, act: Act) {
  const os = implement(contract.machines);
  return os.router({
    watch: os.watch.handler(({ signal }) => state.watch(signal)),
    slices: os.slices.handler(({ input }) => machinesScene.slices(input)),
    counts: os.counts.handler(({ input }) => machinesScene.counts(input)),
    doubts: os.doubts.handler(() => ({
      items: [...machinesScene.doubts],
      next: null,
      total: machinesScene.doubts.length,
    })),
    seeDoubt: os.seeDoubt.handler(act('machines.seeDoubt')),
    tell: os.tell.handler(act('machines.tell')),
  });
}

export function scriptedOee() {
  const os = implement(contract.oee);
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      yield { revision: 1 };
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    }),
    view: os.view.handler(({ input: { window } }) =>
      window.kind === 'shift' && (window.key === null || window.key === oeeScene.view.shift?.key)
        ? oeeScene.view
        : oeeScene.past,
    ),
    rhythm: os.rhythm.handler(() => oeeScene.rhythm),
    units: os.units.handler(() => oeeScene.units),
    shifts: os.shifts.handler(() => oeeScene.shifts),
  });
}
