/** Calls as the screen sees them. */
import type { Page } from '#contract/rpc/base.ts';
import type { CallKindView, CallRow } from '#contract/rpc/andon.ts';
import { isRaised, type Call, type CallPart } from '#domain/andon/call.ts';
import { nextEscalationAt } from '#domain/andon/escalate.ts';
import type { Facts } from '#domain/facts.ts';
import { actorName } from '#domain/units/holder.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';

export function callRow(call: Call, facts: Facts): CallRow {
  const { raised, answered, closed, ticket } = call;
  const { catalogue } = facts;
  const kind = catalogue.andon?.calls.find(({ id }) => id === raised.kind) ?? null;
  return {
    callId: call.callId,
    kind: raised.kind,
    title: kind?.title ?? raised.title,
    icon: kind?.icon ?? 'other',
    stationId: raised.stationId,
    stationTitle: catalogue.station(raised.stationId)?.title ?? { en: raised.stationId, de: raised.stationId },
    here: raised.stationId === facts.station.id,
    raisedAt: raised.at,
    by: raised.by.kind === 'person' ? actorName(raised.by, raised.stationId, facts) : null,
    note: raised.note,
    machineId: raised.machineId,
    serial: raised.serial,
    orderId: raised.orderId,
    called: [
      { level: 0, role: raised.role, at: raised.at },
      ...call.escalated.map(({ level, role, at }) => ({ level, role, at })),
    ],
    nextAt: nextEscalationAt(call, facts.now, kind, catalogue.plant),
    answered:
      answered === null
        ? null
        : {
            at: answered.at,
            by: actorName(answered.by, answered.stationId, facts),
            stationId: answered.stationId,
            note: answered.note,
          },
    closed:
      closed === null
        ? null
        : {
            at: closed.at,
            by: actorName(closed.by, closed.stationId, facts),
            stationId: closed.stationId,
            outcome: closed.outcome,
            note: closed.note,
          },
    ticket: ticket === null ? null : { at: ticket.at, state: ticket.state, ticket: ticket.ticket, text: ticket.text },
  };
}

export function kindViews(open: readonly Call[], { catalogue, station }: Facts): readonly CallKindView[] {
  return (catalogue.andon?.calls ?? []).map(({ id, title, icon, role }) => ({
    id,
    title,
    icon,
    role,
    people: catalogue.people.filter(({ roles, disabled }) => !disabled && roles.includes(role)).map(({ name }) => name),
    openCallId: open.find(({ raised }) => raised.kind === id && raised.stationId === station.id)?.callId ?? null,
  }));
}

interface Row {
  readonly callId: string;
  readonly raisedAt: number;
  readonly state: string;
}

export function pastCalls(
  query: { readonly cursor: string | null; readonly limit: number },
  read: ReadModelReader,
  facts: Facts,
): Page<CallRow> {
  const after = cursorParts(query.cursor, 2);
  const where = 'open = 0 AND raised_at IS NOT NULL';
  const total = read.get<{ n: number }>(`SELECT count(*) AS n FROM andon_call WHERE ${where}`)?.n ?? 0;
  const rows = read.all<Row>(
    `SELECT call_id AS callId, raised_at AS raisedAt, state FROM andon_call
     WHERE ${where} AND (? = 0 OR (raised_at, call_id) < (?, ?)) ORDER BY raised_at DESC, call_id DESC LIMIT ?`,
    after === null ? 0 : 1,
    ...(after ?? [0, '']),
    query.limit + 1,
  );
  const parts = new Map(rows.map(({ callId, state }) => [callId, JSON.parse(state) as CallPart]));
  return pageOf(
    rows,
    query.limit,
    total,
    ({ raisedAt, callId }) => [raisedAt, callId],
    ({ callId }) => {
      const part = parts.get(callId) ?? null;
      if (!isRaised(part)) throw new Error(`call ${callId} has no beginning`);
      return callRow(part, facts);
    },
  );
}
