/** Cycle times of a window, each with the units that ran at this station when it ended. */
import type { CyclePoint, OeeWindow, RhythmView } from '#contract/rpc/oee.ts';
import type { Count } from '#domain/machines/counted.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readCounts } from '#station/store/projections/machines.ts';
import type { OeeSources } from './sources.ts';
import { windowOf } from '#domain/oee/windows.ts';

/** More than a screen has pixels for. */
const most = 2_000;

/** Ends and lengths of cycles that were told piece by piece: the last ended with the count, those before it back from there. */
function cyclesOf({ to, cyclesMs, context }: Count): readonly Omit<CyclePoint, 'serials'>[] {
  const points: Omit<CyclePoint, 'serials'>[] = [];
  let at = to;
  for (const ms of cyclesMs.toReversed()) {
    points.push({ at, ms, definitionId: context.definitionId, orderId: context.orderId });
    at -= ms;
  }
  return points.reverse();
}

interface Run {
  readonly serial: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

const runsAt = (read: ReadModelReader, stationId: string, from: number, to: number): readonly Run[] =>
  read.all<Run>(
    `SELECT serial, json_extract(state, '$.startedAt') AS startedAt, ended_at AS endedAt FROM execution
     WHERE station_id = ? AND json_extract(state, '$.startedAt') < ? AND coalesce(ended_at, 9e15) >= ? ORDER BY id`,
    stationId,
    to,
    from,
  );

/** @returns null: this station watches no such machine, or there is no such window */
export function rhythmView(
  { machineId, window: asked }: { readonly machineId: string; readonly window: OeeWindow },
  { read, facts }: OeeSources,
): RhythmView | null {
  const { now, catalogue, station } = facts;
  const window = windowOf(asked, now, catalogue.calendar);
  if (window === null || !catalogue.machines.some(({ id, station: at }) => id === machineId && at === station.id))
    return null;
  const { from } = window;
  const to = Math.min(window.to, now);
  const all = readCounts(read, machineId, from, to + 1)
    .flatMap(cyclesOf)
    .filter(({ at }) => at > from && at <= to);
  const shown = all.slice(-most);
  const runs = runsAt(read, station.id, shown[0]?.at ?? to, to);
  return {
    points: shown.map((point) => ({
      ...point,
      serials: runs
        .filter(
          ({ startedAt, endedAt }) => startedAt <= point.at && (endedAt === null || endedAt >= point.at - point.ms),
        )
        .map(({ serial }) => serial)
        .slice(0, 5),
    })),
    more: all.length - shown.length,
  };
}
