/** How a unit's state follows from the facts of this station's log. */
import type { UnitStatus } from '#contract/rpc/units.ts';
import type { Happened } from '#domain/happened.ts';
import { mergeUnit, unitFromPassport } from './merge.ts';
import { passCounts } from './rework.ts';
import type { Hold, PassedOperation, Unit } from './unit-state.ts';

export const unitEvents = [
  'unit.created',
  'unit.arrived',
  'unit.held',
  'unit.hold-lifted',
  'unit.scrapped',
  'unit.completed',
  'unit.rework-ordered',
  'unit.conceded',
  'execution.started',
  'execution.passed',
  'execution.stopped',
  'component.fitted',
  'component.removed',
] as const;

type StatusEvent =
  | 'execution.started'
  | 'execution.passed'
  | 'execution.stopped'
  | 'unit.held'
  | 'unit.hold-lifted'
  | 'unit.scrapped'
  | 'unit.completed'
  | 'unit.rework-ordered';

/** `rest`: back to where it was before the hold, i.e. done when completed, else waiting. `never`: no decider makes this. */
const transitions = {
  waiting: {
    'execution.started': 'in-work',
    'execution.passed': 'never',
    'execution.stopped': 'never',
    'unit.held': 'held',
    'unit.hold-lifted': 'never',
    'unit.scrapped': 'scrapped',
    'unit.completed': 'done',
    'unit.rework-ordered': 'waiting',
  },
  'in-work': {
    'execution.started': 'never',
    'execution.passed': 'waiting',
    'execution.stopped': 'waiting',
    'unit.held': 'held',
    'unit.hold-lifted': 'never',
    'unit.scrapped': 'scrapped',
    'unit.completed': 'never',
    'unit.rework-ordered': 'never',
  },
  // Held or scrapped elsewhere while its last step is done by a machine here: what the machine reports has happened.
  held: {
    'execution.started': 'never',
    'execution.passed': 'held',
    'execution.stopped': 'held',
    // Each signal that a unit is suspect of holds it for itself (domain/control).
    'unit.held': 'held',
    'unit.hold-lifted': 'rest',
    'unit.scrapped': 'scrapped',
    'unit.completed': 'held',
    'unit.rework-ordered': 'held',
  },
  scrapped: {
    'execution.started': 'never',
    'execution.passed': 'scrapped',
    'execution.stopped': 'scrapped',
    'unit.held': 'never',
    'unit.hold-lifted': 'never',
    'unit.scrapped': 'never',
    'unit.completed': 'never',
    'unit.rework-ordered': 'never',
  },
  done: {
    'execution.started': 'never',
    'execution.passed': 'never',
    'execution.stopped': 'never',
    'unit.held': 'held',
    'unit.hold-lifted': 'never',
    'unit.scrapped': 'scrapped',
    'unit.completed': 'never',
    'unit.rework-ordered': 'waiting',
  },
} as const satisfies Record<UnitStatus, Record<StatusEvent, UnitStatus | 'rest' | 'never'>>;

/** @returns null when the unit's status does not allow it. */
export function unitStatusAfter(
  unit: Pick<Unit, 'status' | 'completedAt' | 'open'>,
  event: StatusEvent,
): UnitStatus | null {
  const to: UnitStatus | 'rest' | 'never' = transitions[unit.status][event];
  if (to === 'never') return null;
  if (to === 'rest') return unit.completedAt !== null ? 'done' : unit.open === null ? 'waiting' : 'in-work';
  return to;
}

export const openHold = (unit: Unit): Hold | null => unit.holds.find((hold) => hold.liftedAt === null) ?? null;
export const openHolds = (unit: Unit): readonly Hold[] => unit.holds.filter((hold) => hold.liftedAt === null);
export const passedOperation = (unit: Unit, operationId: string): PassedOperation | null =>
  unit.passed.find((p) => p.operationId === operationId) ?? null;

/** Of `component.*` events, which do not carry the serial, the caller knows the unit by the execution. */
export function evolveUnit(unit: Unit | null, event: Happened): Unit | null {
  if (event.type === 'unit.created') return unit ?? created(event.body, event);
  if (event.type === 'unit.arrived') return arrived(unit, event.body, event);
  if (unit === null) return null;
  switch (event.type) {
    case 'execution.started': {
      const { executionId, operationId } = event.body;
      return moved(unit, event.type, event.at, {
        open: { executionId, operationId, stationId: event.stationId, startedAt: event.at },
        attempts: { ...unit.attempts, [operationId]: (unit.attempts[operationId] ?? 0) + 1 },
      });
    }
    case 'execution.passed': {
      const { operationId, reworks } = event.body;
      const others = unit.passed.filter((p) => p.operationId !== operationId);
      const known = reworks === undefined ? {} : { reworks };
      const pass = { operationId, stationId: event.stationId, at: event.at, ...known };
      return moved(unit, event.type, event.at, {
        open: null,
        passed: passCounts(pass, unit.reworks) ? [...others, pass] : unit.passed,
      });
    }
    case 'execution.stopped':
      return moved(unit, event.type, event.at, { open: null });
    case 'unit.held': {
      const { holdId, reason, reasons, stepId } = event.body;
      const hold: Hold = {
        holdId,
        reason,
        reasons,
        operationId: unit.open?.operationId ?? null,
        stepId,
        at: event.at,
        by: event.actor,
        stationId: event.stationId,
        liftedAt: null,
        liftedBy: null,
      };
      return moved(unit, event.type, event.at, { holds: [...unit.holds, hold] });
    }
    case 'unit.hold-lifted': {
      const { holdId } = event.body;
      const holds = unit.holds.map((hold) =>
        hold.holdId === holdId ? { ...hold, liftedAt: event.at, liftedBy: event.actor } : hold,
      );
      const lifted = moved(unit, event.type, event.at, { holds });
      // Held here and elsewhere: each hold is lifted for itself.
      return openHold(lifted) === null ? lifted : { ...lifted, status: unit.status };
    }
    case 'unit.scrapped':
      return moved(unit, event.type, event.at, { scrappedAt: event.at });
    case 'unit.completed':
      return moved(unit, event.type, event.at, {
        completedAt: event.at,
        completedKnowing: event.body.reworks ?? [],
        completedOnce: true,
      });
    case 'unit.rework-ordered': {
      const { serial: _serial, ...order } = event.body;
      if (unit.reworks.some(({ reworkId }) => reworkId === order.reworkId)) return unit;
      const reworks = [...unit.reworks, { ...order, stationId: event.stationId, at: event.at }];
      return moved(unit, event.type, event.at, {
        reworks,
        passed: unit.passed.filter((pass) => passCounts(pass, reworks)),
        completedAt: null,
        completedKnowing: [],
      });
    }
    case 'unit.conceded': {
      const { serial: _serial, ...concession } = event.body;
      const given = { ...concession, stationId: event.stationId, at: event.at, by: event.actor };
      return { ...unit, changedAt: event.at, concessions: [...unit.concessions, given] };
    }
    case 'component.fitted': {
      const { executionId, stepId, bomLine, materialId, lot, componentSerial } = event.body;
      const fitted = { executionId, stepId, bomLine, materialId, lot, serial: componentSerial, at: event.at };
      return { ...unit, changedAt: event.at, components: [...unit.components, fitted] };
    }
    case 'component.removed': {
      const { bomLine, materialId, lot, componentSerial } = event.body;
      const out = unit.components.findIndex(
        (c) => c.bomLine === bomLine && c.materialId === materialId && c.lot === lot && c.serial === componentSerial,
      );
      if (out === -1) return unit;
      return { ...unit, changedAt: event.at, components: unit.components.toSpliced(out, 1) };
    }
    default:
      return unit;
  }
}

function created(body: Extract<Happened, { type: 'unit.created' }>['body'], { at, stationId }: Happened): Unit {
  const { serial, orderId, materialId, definitionId, revision, passed } = body;
  return {
    serial,
    orderId,
    materialId,
    definitionId,
    revision,
    status: 'waiting',
    passed,
    attempts: {},
    open: null,
    holds: [],
    components: [],
    createdAt: at,
    changedAt: at,
    scrappedAt: null,
    completedAt: null,
    completedKnowing: [],
    completedOnce: false,
    reworks: [],
    concessions: [],
    arrived: null,
    label: null,
    logOf: stationId,
  };
}

function arrived(
  unit: Unit | null,
  { passport, keyId, issuedAt }: Extract<Happened, { type: 'unit.arrived' }>['body'],
  { at, stationId }: Happened,
): Unit {
  const merged = mergeUnit(unit ?? { ...unitFromPassport(passport), logOf: stationId, open: null }, passport);
  if (keyId === null || issuedAt === null || (merged.label?.issuedAt ?? 0) > issuedAt) return merged;
  const passed = passport.passed.map(({ operationId }) => operationId);
  const reworks = passport.reworks?.map(({ reworkId }) => reworkId) ?? [];
  return { ...merged, label: { keyId, issuedAt, takenAt: at, passed, reworks } };
}

function moved(unit: Unit, type: StatusEvent, at: number, change: Partial<Unit>): Unit {
  const status = unitStatusAfter(unit, type);
  // An impossible fact in the log is not a reason to lose the ones after it: it changes nothing here.
  return status === null ? unit : { ...unit, ...change, status, changedAt: at };
}
