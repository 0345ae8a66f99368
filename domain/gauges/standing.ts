/** How a gauge stands, in one word: the worst that stands against it, else when it is due. */
import type { Gauge } from '#contract/config/gauges.ts';
import type { GaugeStanding } from '#contract/rpc/gauges.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { localDay } from '#domain/people/local-day.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import type { GaugeBody } from './gauge.ts';
import { calibrationOf, isCheckedIn, isCheckFailed } from './judge.ts';

const dayMs = 86_400_000;
/** Told as "due in n days" before it stands in the way. */
const soonDays = 14;

export interface Standing {
  readonly standing: GaugeStanding;
  /** UTC ms of the end of the last day; null: not calibrated. */
  readonly dueAt: number | null;
  /** Days of the calendar from today to the last day. */
  readonly dueDays: number | null;
}

/** A released plan asks for a master check in each shift of gauges of this type. */
export const isCheckAsked = ({ type, masters }: Gauge, { controlPlans }: Pick<Catalogue, 'controlPlans'>): boolean =>
  masters.length > 0 &&
  controlPlans.some(
    ({ status, characteristics }) =>
      status === 'released' && characteristics.some(({ gauge }) => gauge?.type === type && gauge.master === 'shift'),
  );

/** @param checkCounts a missing check of this shift is told. @param now UTC ms. */
export function standingOf(
  gauge: Gauge,
  state: GaugeBody,
  {
    plant,
    now,
    checkCounts,
  }: { readonly plant: Catalogue['plant']; readonly now: number; readonly checkCounts: boolean },
): Standing {
  const { timeZone } = plant;
  const calibration = calibrationOf(gauge, state, timeZone);
  const dueAt = calibration?.dueAt ?? null;
  const dueDays =
    dueAt === null
      ? null
      : Math.round((Date.parse(localDay(dueAt, timeZone)) - Date.parse(localDay(now, timeZone))) / dayMs);
  const told = (standing: GaugeStanding): Standing => ({ standing, dueAt, dueDays });
  if (state.use?.condemned === true) return told('condemned');
  if (calibration === null) return told('never-calibrated');
  if (calibration.result === 'failed' || dueAt === null || dueDays === null) return told('calibration-failed');
  if (dueAt < now) return told('overdue');
  if (isCheckFailed(state)) return told('check-failed');
  if (checkCounts && !isCheckedIn(state, shiftAt(now, plant))) return told('check-missing');
  return told(dueDays <= soonDays ? 'due-soon' : 'ready');
}

const rank: readonly GaugeStanding[] = [
  'check-failed',
  'check-missing',
  'condemned',
  'calibration-failed',
  'never-calibrated',
  'overdue',
  'due-soon',
  'ready',
];
/** Sorts lists: what a person can do something about now comes first. */
export const standingRank = (standing: GaugeStanding): number => rank.indexOf(standing);

/** Digits after the point that the gauge shows. */
export const decimalsOf = ({ resolution }: Pick<Gauge, 'resolution'>): number =>
  Math.min(6, Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9)));
