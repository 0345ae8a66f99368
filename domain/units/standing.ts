/** What a joined passport says of the unit at a glance. */
import { plantStationId } from '#contract/sync/protocol.ts';
import type { PassportOrigin } from '#contract/passport.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import type { PassportPart } from './passport.ts';
import { completionOf } from './rework.ts';

export interface UnitStanding {
  /** null: its beginning was not heard of yet. */
  readonly origin: PassportOrigin | null;
  readonly status: UnitStatus;
  /** Where it is in work or was seen last; null: at no station yet. */
  readonly stationId: string | null;
  /** The station by whose line it counts: where it was first worked on, else where it came into being. */
  readonly homeStationId: string | null;
  /** Newest instant of the passport, UTC ms by the clock of the station that told it. */
  readonly changedAt: number;
}

export function unitStanding(passport: PassportPart): UnitStanding {
  const { origins, passed, runs, holds, scrapped, completed, reworks = [], concessions = [] } = passport;
  const seen = [
    ...origins,
    ...passed,
    ...runs.flatMap(({ stationId, startedAt, ended }) => [
      { stationId, at: startedAt },
      { stationId, at: ended?.at ?? startedAt },
    ]),
    ...holds,
    ...holds.flatMap(({ lifted }) => lifted ?? []),
    ...reworks,
    ...concessions,
    scrapped,
    completed,
  ].flatMap((each) => (each === null ? [] : [{ stationId: each.stationId, at: each.at ?? 0 }]));
  const atStation = seen.filter(({ stationId }) => stationId !== null && stationId !== plantStationId);
  const newest = (list: typeof seen): (typeof seen)[number] | null =>
    list.reduce<(typeof seen)[number] | null>(
      (a, b) => (a === null || b.at > a.at || (b.at === a.at && (b.stationId ?? '') > (a.stationId ?? '')) ? b : a),
      null,
    );
  const open = runs.find(({ ended }) => ended === null) ?? null;
  const firstOrigin = origins.find(({ stationId }) => stationId !== plantStationId);
  return {
    origin: origins[0] ?? null,
    status:
      scrapped !== null
        ? 'scrapped'
        : holds.some(({ lifted }) => lifted === null)
          ? 'held'
          : completionOf(passport) !== null
            ? 'done'
            : open !== null
              ? 'in-work'
              : 'waiting',
    stationId: open?.stationId ?? newest(atStation)?.stationId ?? null,
    homeStationId:
      runs[0]?.stationId ??
      passed.find(({ stationId }) => stationId !== null)?.stationId ??
      firstOrigin?.stationId ??
      null,
    changedAt: newest(seen)?.at ?? 0,
  };
}
