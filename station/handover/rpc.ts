/** The handover feature of the contract. */
import { implement } from '@orpc/server';
import type { Page } from '#contract/rpc/base.ts';
import type { HandoverState, HandoverView, ShiftDraft } from '#contract/rpc/handover.ts';
import type { Outcome } from '#contract/refusal.ts';
import { contract } from '#contract/rpc/index.ts';
import type { Facts } from '#domain/facts.ts';
import { isWritten, type Handover, type HandoverPart } from '#domain/handover/handover.ts';
import { actorName } from '#domain/units/holder.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import { readHandover } from '#station/store/projections/andon.ts';
import { News } from '#station/core/news.ts';
import { frameOf, shiftReport, type ReportSources } from './report.ts';

/** How often an open screen is told of time that has gone on, ms. */
const lookMs = 10_000;

export function createHandoverRouter(core: Core, unsent: () => { count: number; oldestAt: number | null }) {
  const os = implement(contract.handover);
  const { dispatch } = core;
  const news = new News(core, {
    facts: () => true,
    documents: ['call', 'signal', 'passport', 'nonconformance', 'gauge'],
  });

  const sources = (): ReportSources => ({
    read: core.read,
    facts: core.facts(),
    unsent: core.server.link.serverLink().configured ? unsent() : null,
  });
  const draft = (of: ReportSources): ShiftDraft => {
    const { title, endsAt } = frameOf(of.facts);
    return { ...shiftReport(of), title, endsAt };
  };
  const state = (): HandoverState => {
    const of = sources();
    const waiting = of.facts.handovers.waiting().filter(isWritten);
    return { revision: news.revision, draft: draft(of), waiting: waiting.map((each) => viewOf(each, of.facts)) };
  };
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal, { mostOftenMs: 1_000, atLeastMs: lookMs })) yield state();
    }),
    list: os.list.handler(({ input }) => handoverList(input, core)),
    get: os.get.handler(({ input }) => {
      const found = readHandover(core.read, input.handoverId);
      return isWritten(found) ? viewOf(found, core.facts()) : null;
    }),
    write: os.write.handler(({ input: { commandId, note } }): Outcome<{ handoverId: string }> => {
      const outcome = dispatch({ type: 'handover.write', report: shiftReport(sources()), note }, commandId);
      if (!outcome.ok) return outcome;
      return { ok: true, value: { handoverId: outcome.value?.['handoverId'] ?? '' } };
    }),
    take: os.take.handler(({ input: { commandId, ...take } }) =>
      done(dispatch({ type: 'handover.take', ...take }, commandId)),
    ),
  });
}

function viewOf({ handoverId, written, taken }: Handover, facts: Facts): HandoverView {
  const [, shiftId] = written.shift.split('/');
  return {
    handoverId,
    shift: written.shift,
    title: facts.catalogue.plant.shifts.find(({ id }) => id === shiftId)?.title ?? null,
    from: written.from,
    to: written.to,
    open: written.open,
    figures: written.figures,
    stationId: written.stationId,
    note: written.note,
    writtenAt: written.at,
    writtenBy: actorName(written.by, written.stationId, facts),
    taken: taken === null ? null : { at: taken.at, by: actorName(taken.by, taken.stationId, facts), note: taken.note },
  };
}

interface Row {
  readonly handoverId: string;
  readonly writtenAt: number;
  readonly state: string;
}

function handoverList(
  query: { readonly cursor: string | null; readonly limit: number },
  core: Pick<Core, 'read' | 'facts'>,
): Page<HandoverView> {
  const facts = core.facts();
  const after = cursorParts(query.cursor, 2);
  const total = core.read.get<{ n: number }>('SELECT count(*) AS n FROM handover WHERE written_at IS NOT NULL')?.n ?? 0;
  const rows = core.read.all<Row>(
    `SELECT handover_id AS handoverId, written_at AS writtenAt, state FROM handover
     WHERE written_at IS NOT NULL AND (? = 0 OR (written_at, handover_id) < (?, ?))
     ORDER BY written_at DESC, handover_id DESC LIMIT ?`,
    after === null ? 0 : 1,
    ...(after ?? [0, '']),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ writtenAt, handoverId }) => [writtenAt, handoverId],
    ({ state }) => viewOf(JSON.parse(state) as HandoverPart as Handover, facts),
  );
}
