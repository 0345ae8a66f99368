/** A control chart as it goes on: what the next point is judged by, folded from the facts (docs/quality.md). */
import type { ChartKind } from '#contract/config/control-plan.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { ChartedValue, ChartRef, Counted } from '#contract/events/shared.ts';
import type { Happened } from '#domain/happened.ts';
import { figuresOf, nothingCarried, standardised, recentSize, type Carried, type Basis } from './statistics.ts';

/** What a chart is known by, whatever the revision of its plan. */
export type ChartKey = Pick<ChartRef, 'planId' | 'characteristicId' | 'chartId' | 'stationId'>;

/** One text per chart: the ids have no space (contract/config/text.ts). */
export const chartKeyText = ({ planId, characteristicId, chartId, stationId }: ChartKey): string =>
  [planId, characteristicId, chartId, stationId].join(' ');

export interface Phase extends Basis {
  readonly phaseId: string;
  readonly kind: ChartKind;
  readonly cause: BodyOf<'phase.begun'>['cause'];
  readonly size: number;
  readonly at: number;
}

export interface RecentPoint {
  readonly pointId: string;
  readonly at: number;
  /** Distance from the centre in sigmas of the first plot; null: not defined. */
  readonly z: number | null;
  /** Figures as measured (`figuresOf`), for the next moving range and for a phase from data. */
  readonly values: readonly number[];
  readonly executionIds: readonly string[];
  /** What was carried before it, so that it can be taken back. */
  readonly before: Carried;
  /** Belongs to a signal: it and nothing before it proves the process good. */
  readonly signalled: boolean;
}

export interface Anchor {
  readonly pointId: string;
  readonly at: number;
  readonly executionIds: readonly string[];
}

/** Units counted since the newest point of a chart of counts. */
export interface Tally extends Counted {
  readonly orderId: string;
  /** The first `mostTallied` units that had any, and the newest unit whatever it had. */
  readonly units: readonly ChartedValue[];
}
/** The count goes on beyond; these are named in the point. */
export const mostTallied = 200;

export interface ChartState {
  readonly phase: Phase | null;
  /** Points before the first phase, oldest first. */
  readonly waiting: readonly RecentPoint[];
  /** Points that rules look at, oldest first: of this phase, since the last signal was closed. */
  readonly recent: readonly RecentPoint[];
  readonly carried: Carried;
  /** The newest point in control that is no longer in the window. */
  readonly anchor: Anchor | null;
  /** What the anchor falls back to when its point is excluded: where the phase began, or the last signal was closed. */
  readonly floor: Anchor | null;
  /** At most one signal per chart is open. */
  readonly openSignal: string | null;
  /** Judged points of the phase. */
  readonly judged: number;
  /** null: none, and always of measured values. */
  readonly tally: Tally | null;
}

export const newChart: ChartState = {
  phase: null,
  waiting: [],
  recent: [],
  carried: nothingCarried,
  anchor: null,
  floor: null,
  openSignal: null,
  judged: 0,
  tally: null,
};

/** A phase is begun by at most this many of the newest points. */
export const mostWaiting = 200;

export const chartEvents = [
  'point.charted',
  'phase.begun',
  'point.excluded',
  'signal.raised',
  'signal.closed',
  'unit.counted',
] as const;

const anchorOf = ({ pointId, at, executionIds }: RecentPoint): Anchor => ({ pointId, at, executionIds });

/** Of one chart: the caller gives it only its own facts. */
export function evolveChart(state: ChartState, event: Happened): ChartState {
  switch (event.type) {
    case 'point.charted':
      return charted(state, event.body, event.at);
    case 'phase.begun': {
      const { phaseId, kind, cause, mean, sigma, size } = event.body;
      const newest = [...state.recent, ...state.waiting].findLast((p) => !p.signalled);
      const anchor = newest === undefined ? state.anchor : anchorOf(newest);
      return {
        ...newChart,
        phase: { phaseId, kind, cause, mean, sigma, size, at: event.at },
        anchor,
        floor: anchor,
        openSignal: state.openSignal,
        tally: state.tally,
      };
    }
    case 'point.excluded':
      return without(state, event.body.pointId);
    case 'signal.raised': {
      const members = new Set(event.body.rules.flatMap((rule) => rule.members));
      const recent = state.recent.map((p) => (members.has(p.pointId) ? { ...p, signalled: true } : p));
      return { ...state, recent, openSignal: event.body.signalId };
    }
    case 'signal.closed': {
      if (state.openSignal !== event.body.signalId) return state;
      // What was made until now was dealt with by this signal; the process begins anew.
      const newest = state.recent.at(-1);
      const anchor = newest === undefined ? state.anchor : anchorOf(newest);
      return { ...state, openSignal: null, recent: [], carried: nothingCarried, anchor, floor: anchor };
    }
    case 'unit.counted':
      return { ...state, tally: tallied(state.tally, event.body, event.at) };
    default:
      return state;
  }
}

/** Defects that were found late add no unit; where they come first the first unit says when and of which order the point is. */
function tallied(tally: Tally | null, body: BodyOf<'unit.counted'>, at: number): Tally {
  const { serial, executionId, stepId, attempt, count, orderId, late } = body;
  const begun = tally === null || tally.size === 0 ? { begunAt: at, orderId } : tally;
  const unit: ChartedValue = { value: count, serial, executionId, stepId, attempt, index: 1 };
  const found = (tally?.units ?? []).filter(({ value }) => value > 0).slice(0, mostTallied);
  return {
    count: (tally?.count ?? 0) + count,
    size: (tally?.size ?? 0) + (late ? 0 : 1),
    begunAt: begun.begunAt,
    endedAt: at,
    orderId: late ? begun.orderId : orderId,
    units: [...found, unit],
  };
}

function charted(before: ChartState, body: BodyOf<'point.charted'>, at: number): ChartState {
  const { pointId, plots, values, phaseId, counted } = body;
  const kept = body.replaces === null ? before : without(before, body.replaces);
  const state = counted === null ? kept : { ...kept, tally: null };
  const [first] = plots;
  const point: RecentPoint = {
    pointId,
    at,
    z: first === undefined ? null : standardised(first),
    values: figuresOf(body),
    executionIds: [...new Set(values.flatMap(({ executionId }) => executionId ?? []))],
    before: state.carried,
    signalled: false,
  };
  if (phaseId === null)
    // A chart whose kind was changed begins anew.
    return { ...state, phase: null, recent: [], waiting: [...state.waiting, point].slice(-mostWaiting) };
  const recent = [...state.recent, point];
  const dropped = recent.length > recentSize ? recent[0] : undefined;
  return {
    ...state,
    recent: recent.slice(-recentSize),
    anchor: dropped === undefined || dropped.signalled ? state.anchor : anchorOf(dropped),
    carried: carriedAfter(state.carried, body),
    judged: state.judged + 1,
  };
}

/** The plotted sums are what is carried. */
function carriedAfter(carried: Carried, { plots }: Pick<BodyOf<'point.charted'>, 'plots'>): Carried {
  const valueOf = (plot: string): number | null => plots.find((p) => p.plot === plot)?.value ?? null;
  return {
    ewma: valueOf('ewma') ?? carried.ewma,
    upper: valueOf('cusum-upper') ?? carried.upper,
    lower: valueOf('cusum-lower') ?? carried.lower,
  };
}

/** The point no longer counts. What was carried is taken back only where it was the newest: later points rest on it. */
function without(state: ChartState, pointId: string): ChartState {
  const last = state.recent.at(-1);
  const keep = (p: RecentPoint): boolean => p.pointId !== pointId;
  return {
    ...state,
    waiting: state.waiting.filter(keep),
    recent: state.recent.filter(keep),
    carried: last?.pointId === pointId ? last.before : state.carried,
    judged: state.recent.every(keep) ? state.judged : state.judged - 1,
    anchor: state.anchor?.pointId === pointId ? state.floor : state.anchor,
  };
}

/**
 * The newest point in control before all of `members`; null: nothing proves that the process was ever good.
 * @param isSuspect its values cannot be relied on: it proves nothing.
 */
export function inControlBefore(
  state: ChartState,
  members: ReadonlySet<string>,
  isSuspect: (pointId: string) => boolean,
): Anchor | null {
  const first = state.recent.findIndex(({ pointId }) => members.has(pointId));
  const older = first === -1 ? state.recent : state.recent.slice(0, first);
  const good = older.findLast(({ signalled, pointId }) => !signalled && !isSuspect(pointId));
  if (good !== undefined) return anchorOf(good);
  return [state.anchor, state.floor].find((anchor) => anchor !== null && !isSuspect(anchor.pointId)) ?? null;
}
