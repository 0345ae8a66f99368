/**
 * What is told of a machine becomes facts: by the station that watches it (`machine.observe`), by people who tell a state or
 * have seen a doubt.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import { event, type BodyOf, type DomainEvent } from '#contract/events/index.ts';
import type { SliceContext } from '#contract/events/shared.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { Reason } from '#contract/refusal.ts';
import { accept, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { isWorking, noContext, type Beginning, type Slice } from './series.ts';

/** A beginning as it was seen; what runs then is known to whoever writes it down. */
export type Seen = Pick<Beginning, 'beganAt' | 'state' | 'told' | 'alarm'>;

/** What the station saw of a machine, in the order in which it happened. */
export type Observation =
  | ({ readonly kind: 'state'; readonly clock: 'machine' | 'station' } & Seen)
  /** Values that came after they could have been seen: `slices` tile `from` to `to`. */
  | { readonly kind: 'late'; readonly from: number; readonly to: number; readonly slices: readonly Seen[] }
  | { readonly kind: 'count'; readonly count: Omit<BodyOf<'pieces.counted'>, 'machineId' | 'context'> }
  | { readonly kind: 'doubt'; readonly doubt: Omit<BodyOf<'machine.doubted'>, 'machineId' | 'doubtId'> };

export type MachineCommand =
  | { readonly type: 'machine.observe'; readonly machineId: string; readonly seen: readonly Observation[] }
  /** `from` null: from now on. `to` null: until now, and on. `again`: although somebody told of that time before. */
  | {
      readonly type: 'machine.tell';
      readonly machineId: string;
      readonly state: MachineState;
      readonly from: number | null;
      readonly to: number | null;
      readonly note: string;
      readonly again: boolean;
    }
  | { readonly type: 'machine.see-doubt'; readonly doubtId: string; readonly note: string };

/** People remember no further back, and what was computed of it has been used. */
const longestBackMs = 31 * 86_400_000;

export function decideMachine(command: MachineCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'machine.observe':
      return accept(observed(command.machineId, command.seen, facts));
    case 'machine.tell':
      return tell(command, facts);
    case 'machine.see-doubt':
      return seeDoubt(command.doubtId, command.note, facts);
  }
}

function observed(machineId: string, seen: readonly Observation[], facts: Facts): readonly DomainEvent[] {
  const { machines } = facts;
  const running = machines.running();
  let open: Begun | null = machines.sliceAt(machineId, Number.MAX_SAFE_INTEGER);
  let countedTo = machines.lastCount(machineId)?.to ?? -Infinity;
  const events: DomainEvent[] = [];
  for (const one of seen) {
    switch (one.kind) {
      case 'state': {
        const { state, told, clock } = one;
        // An alarm that went while the machine still stands was still the one that it stands for, whatever else is in work by now.
        const lasting = open?.state === state ? open.alarm : null;
        const alarm = isWorking(state) ? null : (one.alarm ?? lasting);
        const beganAt = Math.trunc(Math.max(one.beganAt, open?.beganAt ?? -Infinity, countedTo));
        if (open !== null && isSame(open, { state, alarm, context: running })) break;
        open = { beganAt, state, told, alarm, context: running };
        events.push(event('slice.begun', { machineId, ...open, clock }));
        break;
      }
      case 'late':
        events.push(...late(machineId, one, facts));
        break;
      case 'count': {
        const of = open !== null && open.beganAt <= one.count.from ? open : machines.sliceAt(machineId, one.count.from);
        events.push(event('pieces.counted', { machineId, ...one.count, context: of?.context ?? running }));
        countedTo = Math.max(countedTo, one.count.to);
        break;
      }
      case 'doubt':
        events.push(
          event('machine.doubted', { doubtId: facts.ids.fresh(`doubt ${events.length}`), machineId, ...one.doubt }),
        );
        break;
    }
  }
  return events;
}

type Begun = Pick<Beginning, 'beganAt' | 'state' | 'told' | 'alarm' | 'context'>;

const isSame = (open: Begun, now: Pick<Begun, 'state' | 'alarm' | 'context'>): boolean =>
  open.state === now.state && now.alarm === open.alarm && isSameContext(open.context, now.context);

export const isSameContext = (a: SliceContext, b: SliceContext): boolean =>
  a.orderId === b.orderId && a.definitionId === b.definitionId && a.operationId === b.operationId;

/** What ran then is known from the slices that were told; each of their beginnings stays one. */
function late(
  machineId: string,
  { from, to, slices }: Extract<Observation, { kind: 'late' }>,
  { machines }: Facts,
): readonly DomainEvent[] {
  const told = machines.slices(machineId, from, to);
  const edges = told.map(({ beganAt }) => beganAt).filter((at) => at > from && at < to);
  const instants = [...new Set([...slices.map(({ beganAt }) => Math.trunc(beganAt)), ...edges])].sort((a, b) => a - b);
  const at = <T extends { readonly beganAt: number }>(list: readonly T[], instant: number): T | undefined =>
    list.findLast(({ beganAt }) => beganAt <= instant);
  const body = instants.flatMap((beganAt) => {
    const seen = at(slices, beganAt);
    if (seen === undefined) return [];
    const { state, told: said, alarm } = seen;
    const context = at(told, beganAt)?.context ?? noContext;
    return [{ beganAt, state, told: said, alarm: isWorking(state) ? null : alarm, context }];
  });
  if (body.length === 0) return [];
  return [event('slices.restated', { machineId, from, to, slices: body, reason: 'late-values', note: '' })];
}

function tell(command: Extract<MachineCommand, { type: 'machine.tell' }>, facts: Facts): Decision {
  const { now, machines } = facts;
  const { machineId, state, note } = command;
  const machine = facts.catalogue.machine(machineId);
  const faults: Reason[] = [...permissionFaults(facts, 'machine.tell')];
  if (machine === null || machine.station !== facts.station.id)
    return refuse([...faults, reason('machine.unknown', { machine: machineId })]);
  const from = command.from ?? now;
  const to = command.to ?? now;
  const byHand = machine.state.from === 'hand';
  if (!byHand && (command.from === null || command.to === null))
    faults.push(reason('machine.not-by-hand', { machine: machineId, machineText: machine.title }));
  if (state === 'no-data') faults.push(reason('machine.state-not-told', {}));
  if (from > now || to > now) faults.push(reason('machine.time-ahead', { nowAt: now }));
  if (from > to || (from === to && command.from !== null))
    faults.push(reason('machine.time-backwards', { fromAt: from, toAt: to }));
  if (now - from > longestBackMs) faults.push(reason('machine.time-too-old', { limitMs: longestBackMs }));
  if (faults.length === 0 && command.from !== null) faults.push(...toldFaults(machine, command, from, to, facts));
  if (faults.length > 0) return refuse(faults);

  const events: DomainEvent[] = [];
  const open = machines.sliceAt(machineId, Number.MAX_SAFE_INTEGER);
  if (command.from !== null && from < to) {
    const slices = stretch(state, from, to, machines.slices(machineId, from, to));
    events.push(event('slices.restated', { machineId, from, to, slices, reason: 'by-hand', note }));
  }
  // A stretch that ended leaves what is now as it is.
  if (command.to === null && (open === null || command.from !== null || open.state !== state)) {
    const context = machines.running();
    events.push(
      event('slice.begun', {
        machineId,
        beganAt: Math.max(now, open?.beganAt ?? 0),
        state,
        told: null,
        alarm: null,
        context,
        clock: 'station',
      }),
    );
  }
  return accept(events);
}

/** One state, cut where what ran on the machine changed. */
function stretch(
  state: MachineState,
  from: number,
  to: number,
  told: readonly Slice[],
): BodyOf<'slices.restated'>['slices'] {
  const cut: BodyOf<'slices.restated'>['slices'] = [];
  for (const { beganAt, context } of told) {
    const at = Math.max(beganAt, from);
    if (at >= to) break;
    const before = cut.at(-1);
    if (before === undefined || !isSameContext(before.context, context))
      cut.push({ beganAt: at, state, told: null, alarm: null, context });
  }
  if (cut[0]?.beganAt !== from) cut.unshift({ beganAt: from, state, told: null, alarm: null, context: noContext });
  return cut;
}

/** What the machine told itself is not told otherwise by hand; what a person told is, if it is meant. */
function toldFaults(
  machine: MachineFile,
  { again }: Pick<Extract<MachineCommand, { type: 'machine.tell' }>, 'again'>,
  from: number,
  to: number,
  { machines }: Facts,
): readonly Reason[] {
  const slices = machines.slices(machine.id, from, to);
  if (machine.state.from !== 'hand') {
    const own = slices.find(({ state, restated }) => state !== 'no-data' && restated !== 'by-hand');
    if (own !== undefined)
      return [reason('machine.told-by-itself', { fromAt: own.beganAt, toAt: own.endAt, machineText: machine.title })];
  }
  const told = slices.find(({ restated }) => restated === 'by-hand');
  return told === undefined || again
    ? []
    : [reason('machine.told-already', { fromAt: told.beganAt, toAt: told.endAt })];
}

function seeDoubt(doubtId: string, note: string, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'machine.tell')];
  const doubt = facts.machines.doubt(doubtId);
  if (doubt === null) return refuse([...faults, reason('doubt.unknown', { doubt: doubtId })]);
  if (doubt.seenAt !== null) {
    const by = facts.catalogue.person(doubt.seenBy)?.name ?? doubt.seenBy;
    faults.push(reason('doubt.seen-already', { seenAt: doubt.seenAt, by }));
  }
  if (faults.length > 0) return refuse(faults);
  return accept([event('machine.doubt-seen', { doubtId, machineId: doubt.machineId, note })]);
}
