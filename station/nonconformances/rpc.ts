/** The nonconformances feature of the contract. */
import { implement } from '@orpc/server';
import type { Outcome, Reason } from '#contract/refusal.ts';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { pictureOf, type Photos } from '#station/photos/photos.ts';
import { News } from '#station/core/news.ts';
import { containmentView, paretoView, unitCodes } from './lists.ts';
import {
  captureView,
  knownNonconformance,
  nonconformanceList,
  nonconformanceView,
  openCount,
  productList,
  type NonconformanceSources,
} from './view.ts';

const concerns = (type: string): boolean => /^(?:nonconformance|unit|execution|component)\./.test(type);

export function createNonconformancesRouter(core: Core, photos: Photos) {
  const os = implement(contract.nonconformances);
  const { dispatch } = core;
  const news = new News(core, { facts: concerns, documents: ['nonconformance', 'passport'] });
  const sources = (): NonconformanceSources => ({ read: core.read, facts: core.facts() });
  const refused = (command: string, why: Reason): Outcome => ({
    ok: false,
    refusal: { command, at: core.facts().now, reasons: [why], met: [], next: [] },
  });

  function addPhoto(nonconformanceId: string, data: string, commandId: string): Outcome {
    const command = 'nonconformance.amend';
    const picture = pictureOf(data);
    if ('code' in picture) return refused(command, picture);
    const photo = photos.keep(picture);
    return done(dispatch({ type: command, nonconformanceId, note: '', photo, quantity: null, serials: [] }, commandId));
  }

  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal)) yield { revision: news.revision, open: openCount(core) };
    }),
    capture: os.capture.handler(({ input }) => captureView(input.serial, sources())),
    record: os.record.handler(({ input: { commandId, ...what } }): Outcome<{ nonconformanceId: string }> => {
      const outcome = dispatch({ type: 'nonconformance.record', ...what }, commandId);
      if (!outcome.ok) return outcome;
      return { ok: true, value: { nonconformanceId: outcome.value?.['nonconformanceId'] ?? '' } };
    }),
    amend: os.amend.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'nonconformance.amend', photo: null, ...what }, commandId)),
    ),
    addPhoto: os.addPhoto.handler(({ input }) => addPhoto(input.nonconformanceId, input.data, input.commandId)),
    photo: os.photo.handler(({ input }) => photos.url(input.sha256)),
    list: os.list.handler(({ input }) => nonconformanceList(input, sources())),
    products: os.products.handler(() => productList(sources())),
    get: os.get.handler(({ input }) => nonconformanceView(input.nonconformanceId, sources())),
    dispose: os.dispose.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'nonconformance.dispose', ...what }, commandId)),
    ),
    reworkDone: os.reworkDone.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'nonconformance.rework-done', ...what }, commandId)),
    ),
    containment: os.containment.handler(({ input: { nonconformanceId, ...query } }) => {
      const nc = knownNonconformance(nonconformanceId, core);
      return nc === null ? null : containmentView(nc, query, sources());
    }),
    codes: os.codes.handler(({ input }) => unitCodes(input.serials)),
    pareto: os.pareto.handler(({ input }) => paretoView(input, sources())),
  });
}
