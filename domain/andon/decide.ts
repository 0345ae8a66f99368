/** What people decide about calls for help. */
import { event } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { AndonCommand } from '#domain/commands.ts';
import { accept, reason, refuse, type Decision } from '#domain/decision.ts';
import { isOpen, type Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { actorName } from '#domain/units/holder.ts';
import { isRaised, isCallOpen, type Call } from './call.ts';
import { dueEscalations } from './escalate.ts';

type Of<T extends AndonCommand['type']> = Extract<AndonCommand, { type: T }>;

/** @param open the run that is open at this station now; null: none. */
export function decideAndon(command: AndonCommand, open: Execution | null, facts: Facts): Decision {
  switch (command.type) {
    case 'call.raise':
      return raise(command, open, facts);
    case 'call.answer':
      return answer(command, facts);
    case 'call.close':
      return close(command, facts);
    case 'call.escalate':
      return escalate(command, facts);
    case 'call.follow':
      return follow(command, facts);
  }
}

/**
 * Everybody may, also with nobody signed in or the station locked: help must be possible. The same kind of call from the
 * same station while one is open is that one; its id is the answer.
 */
function raise(command: Of<'call.raise'>, open: Execution | null, facts: Facts): Decision {
  const kind = facts.catalogue.andon?.calls.find(({ id }) => id === command.kind);
  if (kind === undefined) return refuse([reason('call.kind-unknown', { kind: command.kind })]);
  const same = facts.andon
    .open()
    .find(({ raised }) => raised.kind === kind.id && raised.stationId === facts.station.id);
  if (same !== undefined) return accept([], { callId: same.callId });
  const callId = facts.ids.fresh('call');
  const run = open !== null && isOpen(open) ? open : null;
  const [machine, ...others] = facts.catalogue.machines.filter(({ station }) => station === facts.station.id);
  const unit = run === null ? null : facts.control.unit(run.serial);
  const raised = event('call.raised', {
    callId,
    kind: kind.id,
    title: kind.title,
    role: kind.role,
    // Where the station has one machine, it is that one.
    machineId: command.machineId ?? (others.length === 0 ? (machine?.id ?? null) : null),
    serial: run?.serial ?? null,
    orderId: unit?.orderId ?? null,
    stopId: command.stopId,
    note: command.note.trim(),
  });
  return accept([raised], { callId });
}

function knownCall(callId: string, faults: readonly Reason[], facts: Facts): Call | Decision {
  const call = facts.andon.call(callId);
  return isRaised(call) ? call : refuse([...faults, reason('call.unknown', { call: callId })]);
}
const isDecision = (found: Call | Decision): found is Decision => 'ok' in found;

const closedAlready = ({ closed }: Call, facts: Facts): readonly Reason[] =>
  closed === null
    ? []
    : [reason('call.closed-already', { closedAt: closed.at, by: actorName(closed.by, closed.stationId, facts) })];

function answer({ callId, note }: Of<'call.answer'>, facts: Facts): Decision {
  const faults = [...permissionFaults(facts, 'call.answer')];
  const call = knownCall(callId, faults, facts);
  if (isDecision(call)) return call;
  faults.push(...closedAlready(call, facts));
  const { answered } = call;
  if (answered !== null && call.closed === null) {
    if (faults.length === 0 && isSamePerson(answered.by, facts)) return accept([]);
    faults.push(
      reason('call.answered-already', {
        answeredAt: answered.at,
        by: actorName(answered.by, answered.stationId, facts),
      }),
    );
  }
  return faults.length > 0 ? refuse(faults) : accept([event('call.answered', { callId, note: note.trim() })]);
}

const isSamePerson = (by: Facts['actor'], { actor }: Facts): boolean =>
  by.kind === 'person' && actor.kind === 'person' && by.id === actor.id;

/** A call that nobody answered can be taken back where it was made, also with nobody signed in. */
function close({ callId, outcome, note }: Of<'call.close'>, facts: Facts): Decision {
  const known = facts.andon.call(callId);
  const takenBack =
    outcome === 'not-needed' &&
    isRaised(known) &&
    known.answered === null &&
    known.raised.stationId === facts.station.id;
  const faults = takenBack ? [] : [...permissionFaults(facts, 'call.answer')];
  const call = knownCall(callId, faults, facts);
  if (isDecision(call)) return call;
  faults.push(...closedAlready(call, facts));
  if (faults.length > 0) return refuse(faults);
  return accept([event('call.closed', { callId, outcome, note: note.trim(), elsewhere: null })]);
}

/** Only where it was raised: two stations would tell it twice. */
function escalate({ callId }: Of<'call.escalate'>, facts: Facts): Decision {
  const call = facts.andon.call(callId);
  if (!isRaised(call) || call.raised.stationId !== facts.station.id) return accept([]);
  const { andon, plant } = facts.catalogue;
  const kind = andon?.calls.find(({ id }) => id === call.raised.kind) ?? null;
  return accept(
    dueEscalations(call, facts.now, kind, plant).map((step) => event('call.escalated', { callId, ...step })),
  );
}

/** Closed at another station, heard from the server: written here too, so that this log alone knows its calls. */
function follow({ callId, heard }: Of<'call.follow'>, facts: Facts): Decision {
  const own = facts.andon.own(callId);
  const { closed } = heard;
  if (own === null || !isCallOpen(own) || closed === null) return accept([]);
  const { outcome, note, at, by, stationId } = closed;
  return accept([event('call.closed', { callId, outcome, note, elsewhere: { at, by, stationId } })]);
}
