/** The calls of the plant view about help that is wanted, the big board and handovers. */
import { implement } from '@orpc/server';
import { andon as andonContract } from '#contract/plant/andon.ts';
import { handover as handoverContract } from '#contract/plant/handover.ts';
import type { PlantParts } from '../plant-routers.ts';
import type { PlantContext } from '../rpc/context.ts';
import { sightOf } from '../rpc/sight.ts';
import { readBigBoard } from './board.ts';
import { listCalls, listHandovers } from './read.ts';

type Parts = Pick<PlantParts, 'db' | 'clock' | 'configuration' | 'feed'>;

export function createAndonRouter({ db, clock, configuration, feed }: Parts) {
  const os = implement(andonContract).$context<PlantContext>();
  return os.router({
    board: os.board.handler(async function* ({ context: { caller }, signal }) {
      for await (const _ of feed.revisions(signal)) {
        const force = configuration();
        yield await readBigBoard(db, force, clock.now(), sightOf(caller.grants, force));
      }
    }),
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    calls: os.calls.handler(({ context: { caller }, input }) =>
      listCalls(db, configuration(), input, sightOf(caller.grants, configuration())),
    ),
  });
}

export function createHandoverRouter({ db, configuration, feed }: Omit<Parts, 'clock'>) {
  const os = implement(handoverContract).$context<PlantContext>();
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller }, input }) =>
      listHandovers(db, configuration(), input, sightOf(caller.grants, configuration())),
    ),
  });
}
