/** The oee feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { News } from '#station/core/news.ts';
import { rhythmView } from './rhythm.ts';
import { unitsView } from './units.ts';
import type { OeeSources } from './sources.ts';
import { oeeView } from './view.ts';
import { shiftRows } from '#domain/oee/windows.ts';

/** Also what becomes of units: `execution.started` changes nothing that is counted. */
const concerns = (type: string): boolean =>
  /^(?:slice|slices|pieces|stop|unit|nonconformance)\./.test(type) ||
  type === 'execution.passed' ||
  type === 'execution.stopped';
/** A window is computed anew for every news that is told, and counts of a quick machine come often. */
const mostOftenMs = 500;

export function createOeeRouter(core: Core) {
  const os = implement(contract.oee);
  const news = new News(core, { facts: concerns, documents: ['passport', 'nonconformance'] });
  const sources = (): OeeSources => ({ read: core.read, facts: core.facts() });
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal, { mostOftenMs })) yield { revision: news.revision };
    }),
    view: os.view.handler(({ input }) => oeeView(input, sources())),
    rhythm: os.rhythm.handler(({ input }) => rhythmView(input, sources())),
    units: os.units.handler(({ input }) => unitsView(input, sources())),
    shifts: os.shifts.handler(() => {
      const facts = core.facts();
      return shiftRows(facts.now, facts.catalogue.calendar);
    }),
  });
}
