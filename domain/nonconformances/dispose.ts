/** What becomes of nonconforming pieces: what stands against a disposition, and what follows from it for the units. */
import type { DispositionKind } from '#contract/config/defects.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Concession } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { reason } from '#domain/decision.ts';
import { endedBy, timesReworked } from '#domain/units/rework.ts';
import { actorName } from '#domain/units/holder.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { openHolds } from '#domain/units/unit.ts';
import { defectText, reworkLimitOf } from './defects.ts';
import {
  closedAtOf,
  dispositionOf,
  isReworkDone,
  needsWork,
  nonconformanceHoldId,
  serialsOf,
  standingOf,
  strictness,
  type Nonconformance,
} from './nonconformance.ts';

export interface DisposeAsked {
  readonly kind: DispositionKind;
  readonly serials: readonly string[];
  readonly quantity: number;
  readonly operations: readonly string[];
  readonly reason: string;
  readonly concession: Concession | null;
}
/** What is known where it is decided, at a station or on the plant view. */
export interface DisposeGround {
  readonly now: number;
  readonly catalogue: Catalogue;
  unit(serial: string): Unit | null;
  /** Pieces that were let through under a concession of this number. */
  conceded(number: string): number;
}

export interface DisposeCheck {
  readonly faults: readonly Reason[];
  /** Rework beyond the catalogue's limit: told to whoever may not order that. */
  readonly beyond: readonly Reason[];
}

/** Everything that stands against it, whoever asks. */
export function checkDisposition(nc: Nonconformance, asked: DisposeAsked, ground: DisposeGround): DisposeCheck {
  const faults: Reason[] = [];
  const beyond: Reason[] = [];
  const { catalogue } = ground;
  const standing = standingOf(nc);
  if (standing.status === 'closed')
    return { faults: [reason('nonconformance.closed-already', { closedAt: closedAtOf(nc) })], beyond };
  if (asked.reason.trim() === '') faults.push(reason('nonconformance.words-missing', {}));
  if (nc.recorded.subject.kind === 'units') faults.push(...unitFaults(nc, asked, catalogue));
  else if (asked.serials.length > 0) faults.push(reason('nonconformance.not-of-units', {}));
  else if (asked.quantity > standing.waiting)
    faults.push(reason('nonconformance.quantity-beyond', { quantity: asked.quantity, open: standing.waiting }));
  if (needsWork(asked.kind) && nc.recorded.subject.kind === 'units') {
    const found = reworkFaults(nc, asked, ground);
    faults.push(...found.faults);
    beyond.push(...found.beyond);
  }
  if (asked.kind === 'use-as-is') faults.push(...concessionFaults(asked, ground));
  return { faults, beyond };
}

function unitFaults(nc: Nonconformance, { kind, serials }: DisposeAsked, catalogue: Catalogue): readonly Reason[] {
  if (serials.length === 0) return [reason('nonconformance.of-units', {})];
  const known = serialsOf(nc);
  return serials.flatMap((serial) => {
    if (!known.includes(serial)) return [reason('nonconformance.unit-not-in-it', { serial })];
    const before = dispositionOf(nc, serial);
    // What was to be reworked turns out to be worse: until the work is done a stricter disposition takes its place.
    const mayWorsen =
      before !== null &&
      needsWork(before.kind) &&
      !isReworkDone(nc, before.dispositionId, serial) &&
      strictness(kind) > strictness(before.kind);
    if (before === null || mayWorsen) return [];
    const { kind: disposition, by, stationId, at: disposedAt } = before;
    return [
      reason('nonconformance.unit-disposed-already', {
        serial,
        disposition,
        by: actorName(by, stationId, { catalogue }),
        disposedAt,
      }),
    ];
  });
}

function reworkFaults(nc: Nonconformance, { serials, operations }: DisposeAsked, ground: DisposeGround): DisposeCheck {
  if (operations.length === 0) return { faults: [reason('rework.operations-missing', {})], beyond: [] };
  const { catalogue } = ground;
  const limit = reworkLimitOf(nc.recorded.defectId, catalogue);
  const faults: Reason[] = [];
  const beyond: Reason[] = [];
  for (const serial of serials) {
    const unit = ground.unit(serial);
    if (unit === null) {
      faults.push(reason('unit.unknown', { serial }));
      continue;
    }
    if (unit.status === 'scrapped') faults.push(reason('unit.scrapped', { serial, scrappedAt: unit.scrappedAt }));
    if (unit.open !== null)
      faults.push(reason('nonconformance.unit-in-work', { serial, station: unit.open.stationId }));
    const definition = catalogue.definition(unit.definitionId, unit.revision);
    for (const id of operations) {
      const operation = definition?.operations.find((each) => each.id === id);
      if (operation === undefined) {
        faults.push(reason('rework.operation-unknown', { operation: id }));
        continue;
      }
      const what = { serial, operation: id, operationText: operation.title };
      const begun = unit.passed.some(({ operationId }) => operationId === id) || (unit.attempts[id] ?? 0) > 0;
      if (!begun) faults.push(reason('rework.operation-not-passed', what));
      const done = timesReworked(unit.reworks, id);
      if (done >= limit) beyond.push(reason('rework.limit-reached', { ...what, done, limit }));
    }
  }
  return { faults, beyond };
}

function concessionFaults({ concession, quantity }: DisposeAsked, ground: DisposeGround): readonly Reason[] {
  if (concession === null || concession.number.trim() === '') return [reason('concession.missing', {})];
  const { expiresAt, quantity: limit } = concession;
  const number = concession.number.trim();
  const faults: Reason[] = [];
  if (expiresAt !== null && expiresAt <= ground.now)
    faults.push(reason('concession.expired', { number, expiredAt: expiresAt }));
  const used = ground.conceded(number);
  if (limit !== null && used + quantity > limit)
    faults.push(reason('concession.quantity-exceeded', { number, quantity, used, limit }));
  return faults;
}

const concessionOf = ({ concession }: DisposeAsked): Concession | null =>
  concession === null ? null : { ...concession, number: concession.number.trim() };

/**
 * The disposition and what follows from it for each unit: scrap, a rework order or a concession, and the end of the hold that
 * the nonconformance put on it. A unit that goes back stays on hold.
 * @param dispositionId a new one; also the id of the rework orders.
 */
export function dispositionEvents(
  nc: Nonconformance,
  asked: DisposeAsked,
  dispositionId: string,
  ground: DisposeGround,
): readonly DomainEvent[] {
  const { nonconformanceId } = nc;
  const { kind } = asked;
  const serials = [...new Set(asked.serials)];
  const operations = needsWork(kind) ? [...asked.operations] : [];
  const quantity = nc.recorded.subject.kind === 'units' ? serials.length : asked.quantity;
  const disposed = event('nonconformance.disposed', {
    nonconformanceId,
    dispositionId,
    kind,
    serials,
    quantity,
    operations,
    reason: asked.reason.trim(),
    concession: kind === 'use-as-is' ? concessionOf(asked) : null,
  });
  return [disposed, ...serials.flatMap((serial) => unitEvents(nc, asked, serial, dispositionId, ground))];
}

function unitEvents(
  nc: Nonconformance,
  asked: DisposeAsked,
  serial: string,
  dispositionId: string,
  ground: DisposeGround,
): readonly DomainEvent[] {
  const { nonconformanceId } = nc;
  const { kind, concession } = asked;
  const { catalogue } = ground;
  const unit = ground.unit(serial);
  if (unit === null || unit.status === 'scrapped') return [];
  const holdId = nonconformanceHoldId(nonconformanceId, serial);
  const held = openHolds(unit).some((hold) => hold.holdId === holdId);
  const lifted = held ? [event('unit.hold-lifted', { serial, holdId, reason: asked.reason.trim() })] : [];
  switch (kind) {
    case 'scrap':
      return [event('unit.scrapped', { serial, reason: asked.reason.trim() })];
    case 'return':
      return [];
    case 'use-as-is':
      if (concession === null) return lifted;
      return [
        event('unit.conceded', {
          serial,
          dispositionId,
          nonconformanceId,
          defectText: defectText(nc.recorded.defectId, catalogue),
          number: concession.number.trim(),
          expiresAt: concession.expiresAt,
        }),
        ...lifted,
      ];
    case 'rework':
    case 'repair': {
      const definition = catalogue.definition(unit.definitionId, unit.revision);
      const ends = definition === null ? [...asked.operations] : endedBy(asked.operations, definition);
      const order = { reworkId: dispositionId, nonconformanceId, kind, operations: [...asked.operations], ends };
      return [event('unit.rework-ordered', { serial, ...order }), ...lifted];
    }
  }
}
