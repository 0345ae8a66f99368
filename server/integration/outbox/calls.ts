/**
 * From calls for help to messages for a maintenance system: raised, each escalation, closed. Several stations tell of one
 * call, in any order: nothing is told before its raising was heard of, and each fact is told once, whatever comes again.
 */
import type { CallKind } from '#contract/config/andon.ts';
import type { CallMessage } from '#contract/integration/messages.ts';
import { evolveCall, isRaised, joinCalls, noCall, type Call, type CallPart } from '#domain/andon/call.ts';
import type { Happened } from '#domain/happened.ts';
import type { Queries } from '../../db/db.ts';
import { enqueue, type Receiver } from './enqueue.ts';

export const toldCallEvents = ['call.raised', 'call.escalated', 'call.closed'] as const;

export interface CallFoldParts {
  readonly receivers: () => readonly Receiver[];
  readonly withPersons: () => boolean;
  /** Of andon.yaml; null: it has none such. */
  readonly kind: (id: string) => CallKind | null;
  readonly lineOf: (stationId: string) => string | null;
  readonly now: () => number;
}

/** @param events in the order of their stream; may be folded again without harm. */
export type CallFold = (tx: Queries, events: readonly Happened[]) => Promise<void>;

export function createCallFold(parts: CallFoldParts): CallFold {
  return async (tx, events) => {
    const heard = new Map<string, CallPart>();
    for (const event of events) {
      if (!(toldCallEvents as readonly string[]).includes(event.type)) continue;
      const { callId } = event.body as { readonly callId: string };
      const part = evolveCall(heard.get(callId) ?? null, event);
      if (part !== null) heard.set(callId, part);
    }
    if (heard.size === 0) return;
    const ids = [...heard.keys()].sort();
    await tx.execute(
      `INSERT INTO erp_call (call_id, part) SELECT id, '' FROM unnest($1::text[]) AS n (id) ORDER BY id
       ON CONFLICT DO NOTHING`,
      [ids],
    );
    const rows = await tx.query<{ call_id: string; part: string; told: readonly string[] }>(
      'SELECT call_id, part, told FROM erp_call WHERE call_id = ANY($1) ORDER BY call_id FOR UPDATE',
      [ids],
    );
    const messages: CallMessage[] = [];
    for (const { call_id: id, part, told } of rows) {
      const before = part === '' ? noCall(id) : (JSON.parse(part) as CallPart);
      const call = joinCalls(before, heard.get(id) ?? noCall(id));
      const fresh = isRaised(call) ? messagesOf(call, parts).filter(({ key }) => !told.includes(key)) : [];
      messages.push(...fresh);
      await tx.execute('UPDATE erp_call SET part = $2, told = $3::text::jsonb, closed_at = $4 WHERE call_id = $1', [
        id,
        JSON.stringify(call),
        JSON.stringify([...told, ...fresh.map(({ key }) => key)]),
        call.closed === null ? null : Math.trunc(call.closed.at),
      ]);
    }
    await enqueue(tx, messages, parts.receivers(), parts.now());
  };
}

const iso = (at: number): string => new Date(at).toISOString();

/** Everything that is to be told of a call by now, in its order. */
function messagesOf({ callId, raised, escalated, closed }: Call, parts: CallFoldParts): readonly CallMessage[] {
  if (parts.kind(raised.kind)?.webhook !== true) return [];
  const common = {
    callId,
    call: raised.kind,
    title: raised.title,
    stationId: raised.stationId,
    lineId: parts.lineOf(raised.stationId),
    machineId: raised.machineId,
    serial: raised.serial,
    orderId: raised.orderId,
    note: raised.note,
    raisedAt: iso(raised.at),
  };
  const person = (by: Call['raised']['by']): string | null =>
    by.kind === 'person' && parts.withPersons() ? by.id : null;
  return [
    {
      kind: 'call-raised',
      key: `call:${callId}:raised`,
      at: iso(raised.at),
      ...common,
      person: person(raised.by),
      role: raised.role,
    },
    ...escalated.map(({ level, role, at }): CallMessage => ({
      kind: 'call-escalated',
      key: `call:${callId}:escalated:${level}`,
      at: iso(at),
      ...common,
      person: null,
      role,
      level,
    })),
    ...(closed === null
      ? []
      : [
          {
            kind: 'call-closed' as const,
            key: `call:${callId}:closed`,
            at: iso(closed.at),
            ...common,
            person: person(closed.by),
            outcome: closed.outcome,
            closingNote: closed.note,
          },
        ]),
  ];
}
