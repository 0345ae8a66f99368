/** The containments feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { Core } from '#station/core/index.ts';
import { News } from '#station/core/news.ts';
import { done } from '#station/core/outcomes.ts';
import { containmentOffer, previewContainment } from './offer.ts';
import { containedUnits, containmentList, type ContainmentSources } from './view.ts';

const concerns = (type: string): boolean => /^(?:containment|unit)\./.test(type);

export function createContainmentsRouter(core: Core) {
  const os = implement(contract.containments);
  const { dispatch } = core;
  const news = new News(core, { facts: concerns, documents: ['containment', 'passport'] });
  const sources = (): ContainmentSources => ({ read: core.read, facts: core.facts() });
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal))
        yield { revision: news.revision, inForce: core.facts().containments.inForce().length };
    }),
    list: os.list.handler(({ input }) => containmentList(input, sources())),
    offer: os.offer.handler(({ input }) => containmentOffer(input, sources())),
    preview: os.preview.handler(({ input }) => previewContainment(input.criterion, sources())),
    units: os.units.handler(({ input }) => containedUnits(input.containmentId, sources())),
    begin: os.begin.handler(({ input: { commandId, ...what } }): Outcome<{ containmentId: string }> => {
      const outcome = dispatch({ type: 'containment.begin', ...what }, commandId);
      if (!outcome.ok) return outcome;
      return { ok: true, value: { containmentId: outcome.value?.['containmentId'] ?? '' } };
    }),
    lift: os.lift.handler(({ input: { commandId, ...what } }) =>
      done(dispatch({ type: 'containment.lift', ...what }, commandId)),
    ),
  });
}
