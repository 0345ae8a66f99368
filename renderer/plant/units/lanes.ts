/** What happened to a unit at which station, on one axis of time. Pure. */
import type { Passport } from '#contract/passport.ts';

export interface LaneRun {
  readonly executionId: string;
  readonly operationId: string;
  /** Percent of the axis. */
  readonly from: number;
  readonly width: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly how: 'passed' | 'stopped' | 'open';
}
export type MarkKind = 'created' | 'held' | 'lifted' | 'passed' | 'scrapped' | 'completed';
export interface LaneMark {
  readonly kind: MarkKind;
  readonly at: number;
  /** Percent of the axis. */
  readonly place: number;
  /** Operation or hold it is about; empty: the unit. */
  readonly about: string;
}
export interface Lane {
  readonly stationId: string;
  readonly runs: readonly LaneRun[];
  readonly marks: readonly LaneMark[];
}
export interface Lanes {
  readonly fromAt: number;
  readonly toAt: number;
  readonly lanes: readonly Lane[];
}

/** @param now UTC ms: where an open run ends for now. Lanes are in the order in which the stations first had the unit. */
export function lanesOf(passport: Passport, now: number): Lanes {
  const marks: { stationId: string; kind: MarkKind; at: number; about: string }[] = [
    ...passport.origins.map(({ stationId, at }) => ({ stationId, kind: 'created' as const, at, about: '' })),
    ...passport.holds.flatMap(({ holdId, stationId, at, lifted }) => [
      { stationId, kind: 'held' as const, at, about: holdId },
      ...(lifted ? [{ stationId: lifted.stationId, kind: 'lifted' as const, at: lifted.at, about: holdId }] : []),
    ]),
    ...(passport.scrapped ? [{ ...passport.scrapped, kind: 'scrapped' as const, about: '' }] : []),
    ...(passport.completed ? [{ ...passport.completed, kind: 'completed' as const, about: '' }] : []),
  ];
  const known = new Set(passport.runs.map(({ executionId }) => executionId));
  // A pass whose run is not told (imported): a mark, so that it does not go unseen.
  for (const { executionId, stationId, at, operationId } of passport.passed)
    if (stationId !== null && at !== null && (executionId === null || !known.has(executionId)))
      marks.push({ stationId, kind: 'passed', at, about: operationId });
  const instants = [
    ...marks.map(({ at }) => at),
    ...passport.runs.flatMap(({ startedAt, ended }) => [startedAt, ended?.at ?? now]),
  ];
  const fromAt = Math.min(...instants);
  const toAt = Math.max(...instants, fromAt + 1);
  const place = (at: number): number => ((at - fromAt) / (toAt - fromAt)) * 100;
  const firstAt = new Map<string, number>();
  const seen = (stationId: string, at: number): void => {
    firstAt.set(stationId, Math.min(at, firstAt.get(stationId) ?? Number.POSITIVE_INFINITY));
  };
  for (const { stationId, at } of marks) seen(stationId, at);
  for (const { stationId, startedAt } of passport.runs) seen(stationId, startedAt);
  const lanes = [...firstAt.entries()]
    .toSorted(([a, atA], [b, atB]) => atA - atB || a.localeCompare(b))
    .map(([stationId]) => ({
      stationId,
      runs: passport.runs
        .filter((run) => run.stationId === stationId)
        .map(({ executionId, operationId, startedAt, ended }): LaneRun => ({
          executionId,
          operationId,
          startedAt,
          endedAt: ended?.at ?? null,
          from: place(startedAt),
          width: Math.max(0, place(ended?.at ?? now) - place(startedAt)),
          how: ended?.how ?? 'open',
        })),
      marks: marks
        .filter((mark) => mark.stationId === stationId)
        .map(({ kind, at, about }) => ({ kind, at, about, place: place(at) })),
    }));
  return { fromAt, toAt, lanes };
}
