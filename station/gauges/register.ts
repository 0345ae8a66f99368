/** The register as the screen sees it: each gauge with its standing in words' codes, and one with everything that is known. */
import type { Gauge } from '#contract/config/gauges.ts';
import type { GaugeRow, GaugeView, RecallView } from '#contract/rpc/gauges.ts';
import type { Facts } from '#domain/facts.ts';
import { foundGoodAfter, recallHoldId, recallsOf, type GaugeBody } from '#domain/gauges/gauge.ts';
import { calibrationOf } from '#domain/gauges/judge.ts';
import { decimalsOf, isCheckAsked, standingOf, standingRank } from '#domain/gauges/standing.ts';
import { localDay } from '#domain/people/local-day.ts';
import { shiftAt, type ShiftInstance } from '#domain/shifts/shifts.ts';
import { actorName } from '#domain/units/holder.ts';
import { placeOf } from '#station/units/view.ts';

const dayMs = 86_400_000;

interface Now {
  readonly facts: Facts;
  readonly shift: ShiftInstance | null;
  readonly today: string;
}
const nowOf = (facts: Facts): Now => {
  const { plant } = facts.catalogue;
  return { facts, shift: shiftAt(facts.now, plant), today: localDay(facts.now, plant.timeZone) };
};
const isHere = ({ device }: Gauge, { station }: Facts): boolean =>
  device === undefined || station.devices.includes(device);

function rowOf(gauge: Gauge, now: Now): GaugeRow {
  const { facts, shift } = now;
  const { plant } = facts.catalogue;
  const state = facts.gauges.state(gauge.id);
  const checkAsked = isCheckAsked(gauge, facts.catalogue);
  const here = isHere(gauge, facts);
  const { check } = state;
  return {
    gaugeId: gauge.id,
    title: gauge.title,
    type: gauge.type,
    unit: gauge.unit,
    decimals: decimalsOf(gauge),
    ...standingOf(gauge, state, { plant, now: facts.now, checkCounts: checkAsked && here }),
    check:
      check === null
        ? null
        : {
            at: check.at,
            by: actorName(check.by, check.stationId, facts),
            stationId: check.stationId,
            result: check.result,
            deviation: check.deviation,
            tolerance: check.master.tolerance,
            unit: check.master.unit,
            inShift: shift !== null && check.shift === shift.key,
          },
    checkAsked,
    here,
    openRecalls: recallsOf(state).filter(
      ({ recallId, since, until }) =>
        !state.recalls.some((each) => each.recallId === recallId) &&
        facts.gauges.measuredWith(gauge.id, since, until).length > 0,
    ).length,
  };
}

/** Gauges of this station first, of them those in trouble, then by due date. */
export function gaugeList(facts: Facts): readonly GaugeRow[] {
  const now = nowOf(facts);
  return facts.catalogue.gauges
    .map((gauge) => rowOf(gauge, now))
    .sort(
      (a, b) =>
        Number(b.here) - Number(a.here) ||
        standingRank(a.standing) - standingRank(b.standing) ||
        (a.dueAt ?? 0) - (b.dueAt ?? 0) ||
        (a.gaugeId < b.gaugeId ? -1 : 1),
    );
}

/** Gauges of this station whose values do not count now. */
export const troubled = (facts: Facts): number =>
  gaugeList(facts).filter(({ here, standing }) => here && standing !== 'ready' && standing !== 'due-soon').length;

/** @returns null when the register has none such. */
export function gaugeView(gaugeId: string, facts: Facts): GaugeView | null {
  const gauge = facts.catalogue.gauge(gaugeId);
  if (gauge === null) return null;
  const now = nowOf(facts);
  const { timeZone } = facts.catalogue.plant;
  const state = facts.gauges.state(gaugeId);
  const device = gauge.device === undefined ? null : facts.catalogue.device(gauge.device);
  const { use } = state;
  return {
    ...rowOf(gauge, now),
    resolution: gauge.resolution,
    uncertainty: gauge.uncertainty,
    device:
      device === null
        ? null
        : { id: device.id, title: device.title, serialNumber: facts.gauges.deviceSerial(device.id) },
    serialNumber: gauge.serialNumber ?? null,
    calibrationDays: gauge.calibrationDays,
    calibration: calibrationView(gauge, state, timeZone, facts),
    use:
      use === null
        ? null
        : {
            condemned: use.condemned,
            reason: use.reason,
            at: use.at,
            by: actorName(use.by, use.stationId, facts),
            stationId: use.stationId,
          },
    masters: gauge.masters,
    recalls: recallViews(gaugeId, state, facts),
    today: now.today,
    proposedDue: localDay(Date.parse(now.today) + gauge.calibrationDays * dayMs, 'UTC'),
  };
}

function calibrationView(gauge: Gauge, state: GaugeBody, timeZone: string, facts: Facts): GaugeView['calibration'] {
  const known = calibrationOf(gauge, state, timeZone);
  if (known === null) return null;
  const recorded = state.calibration;
  const { on, result, certificate } = known;
  if (recorded === null || known !== recorded)
    return { on, result, due: gauge.calibrated?.due ?? null, certificate, asFound: null, note: '', recorded: null };
  const { due, asFound, note, at, by, stationId } = recorded;
  return {
    on,
    result,
    due,
    certificate,
    asFound: asFound?.deviation ?? null,
    note,
    recorded: { at, by: actorName(by, stationId, facts), stationId },
  };
}

function recallViews(gaugeId: string, state: GaugeBody, facts: Facts): readonly RecallView[] {
  const found = recallsOf(state);
  // In force, although what was heard since makes another one of it.
  const lost = state.recalls
    .filter(({ recallId }) => !found.some((each) => each.recallId === recallId))
    .map(({ recallId, since, foundAt, stationId }) => ({
      recallId,
      since,
      foundAt,
      stationId,
      kind: 'condemned' as const,
      until: foundGoodAfter(state, foundAt),
    }));
  return [...found, ...lost].map((recall) => {
    const inForce = state.recalls.find(({ recallId }) => recallId === recall.recallId);
    const here = facts.gauges.measuredWith(gaugeId, recall.since, recall.until);
    const afar = state.measured.find(({ recallId }) => recallId === recall.recallId)?.units ?? [];
    const units = [...new Set([...here, ...(inForce?.units ?? []), ...afar])];
    return {
      ...recall,
      inForce: inForce === undefined ? null : { at: inForce.at, by: actorName(inForce.by, inForce.stationId, facts) },
      units: units.map((serial) => recallUnit(recall.recallId, serial, facts)),
    };
  });
}

function recallUnit(recallId: string, serial: string, facts: Facts): RecallView['units'][number] {
  const unit = facts.control.unit(serial);
  if (unit === null) return { serial, status: null, stationId: null, hold: 'none' };
  const hold = unit.holds.find(({ holdId }) => holdId === recallHoldId(recallId, serial));
  const state = facts.gauges
    .usedOn(serial)
    .some(({ gaugeId }) => facts.gauges.state(gaugeId).recalls.some((each) => each.recallId === recallId));
  const coming = state && unit.open?.stationId === facts.station.id;
  return {
    serial,
    status: unit.status,
    stationId: placeOf(unit),
    hold: hold === undefined ? (coming ? 'coming' : 'none') : hold.liftedAt === null ? 'held' : 'lifted',
  };
}
