/**
 * A nonconformance and what was decided about it: a join of what its log and the server told (docs/server.md). Amendments,
 * dispositions and work that was done are sets by their ids; the earliest recording and closing count. How it stands is
 * computed from these, so it does not depend on the order in which things are heard: of two dispositions of one piece,
 * decided at once at two stations, the stricter counts, and of equally strict ones the earlier.
 */
import { dispositionKinds, type DispositionKind } from '#contract/config/defects.ts';
import type { NonconformanceBody } from '#contract/sync/down.ts';
import type { Happened } from '#domain/happened.ts';

export const nonconformanceEvents = [
  'nonconformance.recorded',
  'nonconformance.amended',
  'nonconformance.disposed',
  'nonconformance.rework-done',
  'nonconformance.closed',
] as const;

/** What is known, also of one whose recording was not heard of yet. */
export interface NonconformancePart {
  readonly nonconformanceId: string;
  readonly recorded: NonconformanceBody['recorded'] | null;
  readonly amended: NonconformanceBody['amended'];
  readonly disposed: NonconformanceBody['disposed'];
  readonly reworked: NonconformanceBody['reworked'];
  readonly closed: NonconformanceBody['closed'];
}
export interface Nonconformance extends NonconformancePart {
  readonly recorded: NonconformanceBody['recorded'];
}
export type Disposition = NonconformancePart['disposed'][number];

export const isRecorded = (part: NonconformancePart | null): part is Nonconformance =>
  part !== null && part.recorded !== null;

export const noNonconformance = (nonconformanceId: string): NonconformancePart => ({
  nonconformanceId,
  recorded: null,
  amended: [],
  disposed: [],
  reworked: [],
  closed: null,
});

export function evolveNonconformance(part: NonconformancePart | null, event: Happened): NonconformancePart | null {
  const told = { at: event.at, by: event.actor, stationId: event.stationId };
  const with_ = (id: string, more: Partial<NonconformancePart>): NonconformancePart =>
    joinNonconformances(part ?? noNonconformance(id), { ...noNonconformance(id), ...more });
  switch (event.type) {
    case 'nonconformance.recorded': {
      const { nonconformanceId, ...body } = event.body;
      return with_(nonconformanceId, { recorded: { ...body, ...told } });
    }
    case 'nonconformance.amended': {
      const { nonconformanceId, ...body } = event.body;
      return with_(nonconformanceId, { amended: [{ ...body, ...told }] });
    }
    case 'nonconformance.disposed': {
      const { nonconformanceId, ...body } = event.body;
      return with_(nonconformanceId, { disposed: [{ ...body, ...told }] });
    }
    case 'nonconformance.rework-done': {
      const { nonconformanceId, ...body } = event.body;
      return with_(nonconformanceId, { reworked: [{ ...body, ...told }] });
    }
    case 'nonconformance.closed':
      return with_(event.body.nonconformanceId, { closed: told });
    default:
      return part;
  }
}

interface Told {
  readonly at: number;
  readonly stationId: string;
}
const inOrder = (a: Told, b: Told): number =>
  a.at - b.at || (a.stationId < b.stationId ? -1 : a.stationId > b.stationId ? 1 : 0);

function firstOf<T extends Told>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return inOrder(a, b) <= 0 ? a : b;
}

/** By key, of two the earlier; in order of time, then key. */
function unite<T extends Told>(a: readonly T[], b: readonly T[], keyOf: (each: T) => string): T[] {
  const found = new Map<string, T>();
  for (const each of [...a, ...b]) found.set(keyOf(each), firstOf(found.get(keyOf(each)) ?? null, each) ?? each);
  return [...found.values()].sort((x, y) => inOrder(x, y) || (keyOf(x) < keyOf(y) ? -1 : 1));
}

export const joinNonconformances = (a: NonconformancePart, b: NonconformancePart): NonconformancePart => ({
  nonconformanceId: a.nonconformanceId,
  recorded: firstOf(a.recorded, b.recorded),
  amended: unite(a.amended, b.amended, ({ amendmentId }) => amendmentId),
  disposed: unite(a.disposed, b.disposed, ({ dispositionId }) => dispositionId),
  reworked: unite(a.reworked, b.reworked, reworkKey),
  closed: firstOf(a.closed, b.closed),
});

const reworkKey = ({
  dispositionId,
  serial,
}: {
  readonly dispositionId: string;
  readonly serial: string | null;
}): string => JSON.stringify([dispositionId, serial]);

/** Place in the order of strictness; the greatest is the strictest. */
export const strictness = (kind: DispositionKind): number => dispositionKinds.indexOf(kind);
/** Whether it sends pieces through work that must be done before the nonconformance is over. */
export const needsWork = (kind: DispositionKind): kind is 'rework' | 'repair' => kind === 'rework' || kind === 'repair';

const strictFirst = (a: Disposition, b: Disposition): number =>
  strictness(b.kind) - strictness(a.kind) || inOrder(a, b) || (a.dispositionId < b.dispositionId ? -1 : 1);

/** Serials of its units, first named first; empty of a quantity. */
export function serialsOf({ recorded, amended }: Nonconformance): readonly string[] {
  if (recorded.subject.kind !== 'units') return [];
  return [...new Set([...recorded.subject.serials, ...amended.flatMap(({ serials }) => serials)])];
}

/** Pieces in all: a quantity only grows. */
export function quantityOf(nc: Nonconformance): number {
  const { subject } = nc.recorded;
  if (subject.kind === 'units') return serialsOf(nc).length;
  return Math.max(subject.quantity, ...nc.amended.map(({ quantity }) => quantity ?? 0));
}

/** The disposition of a unit that counts; null: it waits for one. */
export const dispositionOf = (nc: NonconformancePart, serial: string): Disposition | null =>
  nc.disposed.filter(({ serials }) => serials.includes(serial)).sort(strictFirst)[0] ?? null;

export const isReworkDone = (nc: NonconformancePart, dispositionId: string, serial: string | null): boolean =>
  nc.reworked.some((each) => each.dispositionId === dispositionId && each.serial === serial);

/** For how many pieces each disposition counts: the stricter first, until no piece is left. */
export function shares(nc: Nonconformance): ReadonlyMap<string, number> {
  if (nc.recorded.subject.kind === 'units') {
    const counts = new Map(nc.disposed.map(({ dispositionId }) => [dispositionId, 0]));
    for (const serial of serialsOf(nc)) {
      const id = dispositionOf(nc, serial)?.dispositionId;
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }
  let left = quantityOf(nc);
  return new Map(
    [...nc.disposed].sort(strictFirst).map(({ dispositionId, quantity }) => {
      const share = Math.min(quantity, left);
      left -= share;
      return [dispositionId, share];
    }),
  );
}

export interface Standing {
  readonly status: 'open' | 'rework' | 'closed';
  readonly quantity: number;
  /** Pieces that no disposition counts for. */
  readonly waiting: number;
}

export function standingOf(nc: Nonconformance): Standing {
  const counts = shares(nc);
  const quantity = quantityOf(nc);
  const waiting = quantity - [...counts.values()].reduce((sum, n) => sum + n, 0);
  if (waiting > 0) return { status: 'open', quantity, waiting };
  const units = nc.recorded.subject.kind === 'units';
  const done = units
    ? serialsOf(nc).every((serial) => {
        const disposition = dispositionOf(nc, serial);
        return (
          disposition !== null && (!needsWork(disposition.kind) || isReworkDone(nc, disposition.dispositionId, serial))
        );
      })
    : nc.disposed.every(
        ({ kind, dispositionId }) =>
          !needsWork(kind) || counts.get(dispositionId) === 0 || isReworkDone(nc, dispositionId, null),
      );
  return { status: done ? 'closed' : 'rework', quantity, waiting };
}

/** UTC ms when it was over: as somebody wrote it, else the last that was told. */
export const closedAtOf = ({ closed, recorded, disposed, reworked }: Nonconformance): number =>
  closed?.at ?? Math.max(recorded.at, ...disposed.map(({ at }) => at), ...reworked.map(({ at }) => at));

/** The hold of a nonconformance on one of its units, the same whoever puts it on. */
export const nonconformanceHoldId = (nonconformanceId: string, serial: string): string =>
  `${nonconformanceId}/${serial}`;
/** Of a unit that goes back, although it was let go on by somebody who had not heard so. */
export const returnHoldId = (nonconformanceId: string, serial: string): string =>
  `${nonconformanceId}/return/${serial}`;
