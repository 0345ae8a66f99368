/** What the rules of calls may know, read from the read model. */
import { isRaised, type CallPart } from '#domain/andon/call.ts';
import type { AndonFacts } from '#domain/andon/facts.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readCall } from '#station/store/projections/andon.ts';

export const andonFacts = (read: ReadModelReader): AndonFacts => ({
  call: (id) => readCall(read, id)?.state ?? null,
  own: (id) => readCall(read, id)?.own ?? null,
  open: () =>
    read
      .all<{ readonly state: string }>('SELECT state FROM andon_call WHERE open = 1 ORDER BY raised_at, call_id')
      .map(({ state }) => JSON.parse(state) as CallPart)
      .filter(isRaised),
});
