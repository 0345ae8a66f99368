/**
 * A call for help and what became of it: a join of what several stations and the server told (docs/server.md). The earliest
 * raising, answer and closing count, escalations are a set by their level, of the ticket's states the newest counts; nobody
 * has to hear of things in order.
 */
import type { CallBody } from '#contract/sync/down.ts';
import type { Happened } from '#domain/happened.ts';

export const callEvents = ['call.raised', 'call.answered', 'call.escalated', 'call.closed', 'call.ticketed'] as const;

/** What is known, also of a call whose raising was not heard of yet. */
export interface CallPart {
  readonly callId: string;
  readonly raised: CallBody['raised'] | null;
  readonly answered: CallBody['answered'];
  readonly escalated: CallBody['escalated'];
  readonly closed: CallBody['closed'];
  readonly ticket: CallBody['ticket'];
}
export interface Call extends CallPart {
  readonly raised: CallBody['raised'];
}

export const isRaised = (part: CallPart | null): part is Call => part !== null && part.raised !== null;
export const isCallOpen = (part: CallPart): boolean => part.raised !== null && part.closed === null;
/** Nobody said that they come: what makes a sound and blinks. */
export const isUnanswered = (part: CallPart): boolean => isCallOpen(part) && part.answered === null;

export const noCall = (callId: string): CallPart => ({
  callId,
  raised: null,
  answered: null,
  escalated: [],
  closed: null,
  ticket: null,
});

export function evolveCall(part: CallPart | null, event: Happened): CallPart | null {
  const { at, stationId } = event;
  const toldBy = { at, by: event.actor, stationId };
  const with_ = (id: string, more: Partial<CallPart>): CallPart =>
    joinCalls(part ?? noCall(id), { ...noCall(id), ...more });
  switch (event.type) {
    case 'call.raised': {
      const { callId, ...body } = event.body;
      return with_(callId, { raised: { ...body, ...toldBy } });
    }
    case 'call.answered':
      return with_(event.body.callId, { answered: { note: event.body.note, ...toldBy } });
    case 'call.escalated': {
      const { callId, level, role } = event.body;
      return with_(callId, { escalated: [{ level, role, at, stationId }] });
    }
    case 'call.closed': {
      const { callId, outcome, note, elsewhere } = event.body;
      return with_(callId, { closed: { outcome, note, ...(elsewhere ?? toldBy) } });
    }
    case 'call.ticketed': {
      const { callId, ...body } = event.body;
      return with_(callId, { ticket: { ...body, at, stationId } });
    }
    default:
      return part;
  }
}

interface Told {
  readonly at: number;
  readonly stationId: string;
}
/** Total: two that are told at the same instant have an order too, by the place and then by what they say. */
const inOrder = (a: Told, b: Told): number =>
  a.at - b.at || compare(a.stationId, b.stationId) || compare(JSON.stringify(a), JSON.stringify(b));
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function firstOf<T extends Told>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return inOrder(a, b) <= 0 ? a : b;
}
function lastOf<T extends Told>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return inOrder(a, b) >= 0 ? a : b;
}

export function joinCalls(a: CallPart, b: CallPart): CallPart {
  const levels = new Map<number, CallPart['escalated'][number]>();
  for (const step of [...a.escalated, ...b.escalated])
    levels.set(step.level, firstOf(levels.get(step.level) ?? null, step) ?? step);
  return {
    callId: a.callId,
    raised: firstOf(a.raised, b.raised),
    answered: firstOf(a.answered, b.answered),
    escalated: [...levels.values()].sort((x, y) => x.level - y.level),
    closed: firstOf(a.closed, b.closed),
    ticket: lastOf(a.ticket, b.ticket),
  };
}

/** How far it escalated; 0: not. */
export const levelOf = ({ escalated }: CallPart): number => escalated.at(-1)?.level ?? 0;

/** Roles that are called by now, first called first. */
export const calledRoles = ({ raised, escalated }: Call): readonly string[] => [
  ...new Set([raised.role, ...escalated.map(({ role }) => role)]),
];
