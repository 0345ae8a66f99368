/** The calls of stops, answered from the invented scene. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { StopsWatch } from '#contract/rpc/stops.ts';
import type { Shown } from './shown.ts';
import { stopsScene } from './stops-scene.ts';

type Act = (path: string) => (from: { input: unknown }) => Promise<{ readonly ok: true; readonly value: undefined }>;

export function scriptedStops(state: Shown<StopsWatch>, act: Act) {
  const os = implement(contract.stops);
  const { rows } = stopsScene;
  return os.router({
    watch: os.watch.handler(({ signal }) => state.watch(signal)),
    list: os.list.handler(({ input }) => {
      const items = rows.filter(({ unexplained }) => input.show === 'all' || unexplained > 0);
      return { items, next: null, total: items.length };
    }),
    get: os.get.handler(({ input }) => stopsScene.view(input.stopId)),
    micro: os.micro.handler(() => stopsScene.micro),
    changeovers: os.changeovers.handler(() => stopsScene.changeovers),
    machines: os.machines.handler(() => stopsScene.machines),
    // The reason that somebody else gave at the same time.
    classify: os.classify.handler(async (from) =>
      from.input.reasonId === 'ram' ? { ok: false, refusal: stopsScene.conflict } : act('stops.classify')(from),
    ),
    split: os.split.handler(act('stops.split')),
    merge: os.merge.handler(act('stops.merge')),
    moveEdge: os.moveEdge.handler(act('stops.moveEdge')),
    note: os.note.handler(act('stops.note')),
    addPhoto: os.addPhoto.handler(act('stops.addPhoto')),
    photo: os.photo.handler(() => null),
    beginPreparation: os.beginPreparation.handler(act('stops.beginPreparation')),
    endPreparation: os.endPreparation.handler(act('stops.endPreparation')),
  });
}
