/** What the rules of handovers may know, read from the read model. */
import type { HandoverFacts } from '#domain/handover/facts.ts';
import type { HandoverPart } from '#domain/handover/handover.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readHandover } from '#station/store/projections/andon.ts';

export const handoverFacts = (read: ReadModelReader): HandoverFacts => ({
  handover: (id) => readHandover(read, id),
  waiting: () =>
    read
      .all<{ readonly state: string }>('SELECT state FROM handover WHERE waiting = 1 ORDER BY written_at DESC')
      .map(({ state }) => JSON.parse(state) as HandoverPart),
});
