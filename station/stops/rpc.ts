/** The stops feature of the contract. */
import { implement } from '@orpc/server';
import type { Outcome, Reason } from '#contract/refusal.ts';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import type { RootSources } from '#station/machines/roots.ts';
import { pictureOf, type Photos } from '#station/photos/photos.ts';
import { News } from '#station/core/news.ts';
import { askView, changeoverView, machineList, microView, stopList, stopView } from './view.ts';

/** Of the machine and its stops; runs and samples decide whether one may be asked. */
const concerns = (type: string): boolean =>
  /^(?:stop|slice|slices|preparation|execution|sample|operator|station)\./.test(type);

export function createStopsRouter(core: Core, photos: Photos) {
  const os = implement(contract.stops);
  const { dispatch } = core;
  const news = new News(core, { facts: concerns, documents: ['line-wait'], link: true });
  const sources = (): RootSources => ({
    read: core.read,
    facts: core.facts(),
    documents: core.server.documents,
  });
  const refused = (why: Reason): Outcome => ({
    ok: false,
    refusal: { command: 'stop.note', at: core.facts().now, reasons: [why], met: [], next: [] },
  });

  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal)) yield { revision: news.revision, ...askView(sources()) };
    }),
    list: os.list.handler(({ input }) => stopList(input, sources())),
    get: os.get.handler(({ input }) => stopView(input.stopId, sources())),
    micro: os.micro.handler(() => microView(sources())),
    changeovers: os.changeovers.handler(() => changeoverView(sources())),
    machines: os.machines.handler(() => machineList(sources())),
    classify: os.classify.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'stop.classify', ...what }, commandId)),
    ),
    split: os.split.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'stop.split', ...what }, commandId)),
    ),
    merge: os.merge.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'stop.merge', ...what }, commandId)),
    ),
    moveEdge: os.moveEdge.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'stop.move-edge', ...what }, commandId)),
    ),
    note: os.note.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'stop.note', photo: null, ...what }, commandId)),
    ),
    addPhoto: os.addPhoto.handler(({ input: { commandId, stopId, data } }) => {
      const picture = pictureOf(data);
      if ('code' in picture) return refused(picture);
      return done(dispatch({ type: 'stop.note', stopId, note: '', photo: photos.keep(picture) }, commandId));
    }),
    photo: os.photo.handler(({ input }) => photos.url(input.sha256)),
    beginPreparation: os.beginPreparation.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'preparation.begin', ...what }, commandId)),
    ),
    endPreparation: os.endPreparation.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'preparation.end', ...what }, commandId)),
    ),
  });
}
