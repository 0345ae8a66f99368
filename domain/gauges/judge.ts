/** Whether a value of a gauge counts for a characteristic: every condition of the control plan, met or not, with its live values. */
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Characteristic } from '#contract/config/definition.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { Acceptance } from '#contract/events/shared.ts';
import type { Met, Reason } from '#contract/refusal.ts';
import { met, reason } from '#domain/decision.ts';
import { endOfLocalDay, startOfLocalDay } from '#domain/people/local-day.ts';
import type { ShiftInstance } from '#domain/shifts/shifts.ts';
import { acceptanceOf, isEaten } from './acceptance.ts';
import type { GaugeBody, StudyStanding } from './gauge.ts';
import { foundAgainst, notFoundGood } from './suspect.ts';

export interface GaugeQuestion {
  readonly gauge: Gauge;
  readonly need: GaugeNeed;
  readonly characteristic: Pick<Characteristic, 'title' | 'unit' | 'lower' | 'upper'>;
  /** What is known of the gauge. */
  readonly state: GaugeBody;
  /** The newest study of this gauge on this characteristic; null: there is none. */
  readonly study: StudyStanding | null;
  /** UTC ms. */
  readonly now: number;
  /** The one that is on now; null: the plant has none. */
  readonly shift: ShiftInstance | null;
  readonly timeZone: string;
  /** What the device says its serial number is; null: it tells none, or the gauge was read off by eye. */
  readonly deviceSerial: string | null;
  /** Printed name of a person or station. */
  readonly nameOf: (who: NonNullable<GaugeBody['use']>) => string;
}

export interface GaugeJudgement {
  /** Empty: its values count. */
  readonly reasons: readonly Reason[];
  readonly met: readonly Met[];
  /** What its values are accepted by; null: the units differ. */
  readonly acceptance: Acceptance | null;
}

export interface KnownCalibration {
  readonly result: 'passed' | 'failed';
  readonly on: string;
  /** UTC ms. */
  readonly onAt: number;
  /** UTC ms of the end of the last day; null: it failed. */
  readonly dueAt: number | null;
  readonly certificate: string;
}

/** The newest calibration: of the register's text or recorded since; null: never. */
export function calibrationOf(gauge: Gauge, state: GaugeBody, timeZone: string): KnownCalibration | null {
  const { calibrated } = gauge;
  const recorded = state.calibration;
  if (recorded !== null && (calibrated === undefined || recorded.on >= calibrated.on)) return recorded;
  if (calibrated === undefined) return null;
  const { on, due, certificate } = calibrated;
  return {
    result: 'passed',
    on,
    onAt: startOfLocalDay(on, timeZone),
    dueAt: endOfLocalDay(due, timeZone),
    certificate,
  };
}

export const studyPercent = (study: StudyStanding, of: 'tolerance' | 'study'): number | null =>
  of === 'tolerance' ? study.ofTolerance : study.ofStudy;

export function judgeGauge(question: GaugeQuestion): GaugeJudgement {
  const { gauge, need, characteristic } = question;
  const { id } = gauge;
  const reasons: Reason[] = [];
  const fine: Met[] = [];
  if (gauge.type !== need.type)
    reasons.push(reason('gauge.wrong-type', { gauge: id, type: gauge.type, needed: need.type }));
  const unitFits = gauge.unit === characteristic.unit;
  if (!unitFits)
    reasons.push(reason('gauge.wrong-unit', { gauge: id, unit: gauge.unit, expected: characteristic.unit }));
  else if (gauge.resolution > need.resolution)
    reasons.push(
      reason('gauge.too-coarse', {
        gauge: id,
        resolution: gauge.resolution,
        needed: need.resolution,
        unit: gauge.unit,
      }),
    );
  reasons.push(...serialFaults(question));
  reasons.push(...useFaults(question));
  judgeCalibration(question, reasons, fine);
  judgeStudy(question, reasons, fine);
  judgeCheck(question, reasons, fine);
  // E.g. taken into use again after it was condemned, and nobody has looked how it measures since.
  if (!reasons.some(({ code }) => saysBad.has(code))) reasons.push(...notFoundGood(question.state, question.now));
  const acceptance = unitFits ? acceptanceOf(gauge, need, characteristic) : null;
  if (acceptance !== null && isEaten(acceptance)) {
    const { lower, upper, title: characteristicText } = characteristic;
    reasons.push(
      reason('gauge.guard-too-wide', {
        gauge: id,
        guard: acceptance.guard,
        lower,
        upper,
        unit: gauge.unit,
        characteristicText,
      }),
    );
  }
  return { reasons, met: fine, acceptance };
}

const saysBad: ReadonlySet<string> = new Set(['gauge.condemned', 'gauge.calibration-failed', 'gauge.check-failed']);

function serialFaults({ gauge, deviceSerial }: GaugeQuestion): readonly Reason[] {
  const { id, serialNumber } = gauge;
  // A device that tells none says nothing against itself; the register asks for one only "where the device tells one".
  if (serialNumber === undefined || deviceSerial === null || deviceSerial === serialNumber) return [];
  return [reason('gauge.wrong-serial', { gauge: id, serial: deviceSerial, expected: serialNumber })];
}

function useFaults({ gauge, state: { use }, nameOf }: GaugeQuestion): readonly Reason[] {
  if (use?.condemned !== true) return [];
  const { at, stationId, reason: words } = use;
  return [reason('gauge.condemned', { gauge: gauge.id, condemnedAt: at, by: nameOf(use), station: stationId, words })];
}

function judgeCalibration({ gauge, state, now, timeZone }: GaugeQuestion, reasons: Reason[], fine: Met[]): void {
  const { id } = gauge;
  const newest = calibrationOf(gauge, state, timeZone);
  if (newest === null) reasons.push(reason('gauge.never-calibrated', { gauge: id }));
  else if (newest.onAt > now) reasons.push(reason('gauge.date-in-future', { dateAt: newest.onAt }));
  else if (newest.result === 'failed' || newest.dueAt === null)
    reasons.push(reason('gauge.calibration-failed', { gauge: id, calibratedAt: newest.onAt }));
  else if (newest.dueAt < now) reasons.push(reason('gauge.overdue', { gauge: id, dueAt: newest.dueAt }));
  else fine.push(met('gauge.calibrated', { gauge: id, dueAt: newest.dueAt }));
}

function judgeStudy(
  { gauge, need, characteristic, state, study }: GaugeQuestion,
  reasons: Reason[],
  fine: Met[],
): void {
  if (need.study === undefined) return;
  const { maxPercent, of, minDistinct } = need.study;
  const { id } = gauge;
  if (study === null) {
    reasons.push(reason('gauge.not-studied', { gauge: id, characteristicText: characteristic.title }));
    return;
  }
  const { distinct, at: studiedAt } = study;
  const found = foundAgainst(state, study);
  if (found !== null) {
    const { foundAt } = found;
    reasons.push(
      reason('gauge.study-suspect', { gauge: id, characteristicText: characteristic.title, studiedAt, foundAt }),
    );
    return;
  }
  const percent = studyPercent(study, of);
  if (percent !== null && percent <= maxPercent && distinct >= minDistinct)
    fine.push(met('gauge.studied', { gauge: id, percent, of, distinct }));
  else
    reasons.push(
      reason('gauge.study-failed', {
        gauge: id,
        characteristicText: characteristic.title,
        percent,
        of,
        maxPercent,
        distinct,
        minDistinct,
        studiedAt,
      }),
    );
}

/** A failed check stands against the gauge whether or not the plan asks for one; a good calibration after it clears it. */
function judgeCheck({ gauge, need, state, shift, now }: GaugeQuestion, reasons: Reason[], fine: Met[]): void {
  const { id } = gauge;
  const { check } = state;
  if (isCheckFailed(state) && check !== null) {
    const { deviation, master, at: checkedAt } = check;
    const { tolerance, unit } = master;
    reasons.push(reason('gauge.check-failed', { gauge: id, checkedAt, deviation, tolerance, unit }));
    return;
  }
  if (need.master === 'none') return;
  if (isCheckedIn(state, shift) && check !== null) fine.push(met('gauge.checked', { gauge: id, checkedAt: check.at }));
  else
    reasons.push(
      reason('gauge.not-checked', { gauge: id, checkedAt: check?.at ?? null, shiftStartAt: shift?.startAt ?? now }),
    );
}

/** The newest check failed and no calibration has passed since. */
export function isCheckFailed({ check, marks }: GaugeBody): boolean {
  if (check === null || check.result === 'passed') return false;
  return !marks.some(({ kind, good, to }) => kind === 'calibration' && good && to > check.at);
}

/** The newest check passed, and in this shift. */
export const isCheckedIn = ({ check }: GaugeBody, shift: ShiftInstance | null): boolean =>
  check !== null && check.result === 'passed' && shift !== null && check.shift === shift.key;
