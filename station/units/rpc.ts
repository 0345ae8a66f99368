/** The units feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import type { Signal } from '#station/streams/signal.ts';
import { News } from '#station/core/news.ts';
import { unitHistory } from './history.ts';
import { printLabel } from './labels.ts';
import { unitDetail, unitList } from './view.ts';

/** Pulls of a list are not worth more often than this. */
const mostOftenMs = 200;

/** What the server has (station/sync). */
export interface OnServer {
  has(epoch: string, seq: number): boolean;
  readonly changed: Pick<Signal<void>, 'listen'>;
}

export function createUnitsRouter(core: Core, server: OnServer) {
  const os = implement(contract.units);
  const { dispatch, read, catalogue } = core;
  const news = new News(core, { facts: () => true, documents: ['passport', 'case'] });
  server.changed.listen(news.tell);
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal, { mostOftenMs })) yield { revision: news.revision };
    }),
    list: os.list.handler(({ input }) => unitList(read, input)),
    get: os.get.handler(({ input }) => unitDetail(read, catalogue, server, input.serial)),
    history: os.history.handler(({ input }) => unitHistory(read, catalogue, server, input)),
    label: os.label.handler(({ input }) =>
      printLabel(input.serial, core.facts(), { read, signer: core.server.signer }),
    ),
    hold: os.hold.handler(({ input: { commandId, ...hold } }) =>
      done(dispatch({ type: 'unit.hold', ...hold }, commandId)),
    ),
    liftHold: os.liftHold.handler(({ input: { commandId, ...lift } }) =>
      done(dispatch({ type: 'unit.lift-hold', ...lift }, commandId)),
    ),
    scrap: os.scrap.handler(({ input: { commandId, ...scrap } }) =>
      done(dispatch({ type: 'unit.scrap', ...scrap }, commandId)),
    ),
  });
}
