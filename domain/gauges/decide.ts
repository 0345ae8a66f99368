/** What people decide about gauges: calibrations and master checks recorded, condemned, returned, and what they measured recalled. */
import type { Gauge } from '#contract/config/gauges.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { GaugeCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { endOfLocalDay, startOfLocalDay } from '#domain/people/local-day.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { actorName } from '#domain/units/holder.ts';
import { isCheckFailed } from './judge.ts';
import { holdFor, knownRecall } from './recall.ts';

export function decideGauge(command: GaugeCommand, facts: Facts): Decision {
  const gauge = facts.catalogue.gauge(command.gaugeId);
  const faults = [
    ...permissionFaults(facts, command.type === 'gauge.recall' ? 'unit.hold' : command.type),
    ...(gauge === null ? [reason('gauge.unknown', { gauge: command.gaugeId })] : []),
  ];
  if (gauge === null) return refuse(faults);
  switch (command.type) {
    case 'gauge.calibrate':
      return calibrate(gauge, command, faults, facts);
    case 'gauge.check':
      return check(gauge, command, faults, facts);
    case 'gauge.condemn':
    case 'gauge.return':
      return use(gauge, command, faults, facts);
    case 'gauge.recall':
      return recall(gauge, command, faults, facts);
  }
}

type Of<T extends GaugeCommand['type']> = Extract<GaugeCommand, { readonly type: T }>;

function calibrate(
  { id: gaugeId, unit }: Gauge,
  { on, result, due, certificate, asFound, note }: Of<'gauge.calibrate'>,
  faults: Reason[],
  { catalogue, now, ids }: Facts,
): Decision {
  const { timeZone } = catalogue.plant;
  const onAt = startOfLocalDay(on, timeZone);
  const dueAt = result === 'failed' ? null : endOfLocalDay(due, timeZone);
  if (onAt > now) faults.push(reason('gauge.date-in-future', { dateAt: onAt }));
  if (dueAt !== null && due <= on) faults.push(reason('gauge.due-not-later', { calibratedAt: onAt, dueAt }));
  if (asFound !== null && !Number.isFinite(asFound))
    faults.push(reason('value.not-a-number', { entered: String(asFound) }));
  // A failed one may have no certificate; what was found must be told then.
  if (result === 'passed' ? certificate.trim() === '' : note.trim() === '')
    faults.push(reason('gauge.words-missing', {}));
  if (faults.length > 0) return refuse(faults);
  return accept([
    event('gauge.calibrated', {
      calibrationId: ids.fresh('calibration'),
      gaugeId,
      on,
      onAt,
      result,
      certificate: certificate.trim(),
      due: result === 'failed' ? null : due,
      dueAt,
      asFound: asFound === null ? null : { deviation: asFound, unit },
      note: note.trim(),
    }),
  ]);
}

function check(
  gauge: Gauge,
  { masterId, readings }: Of<'gauge.check'>,
  faults: Reason[],
  { catalogue, now, ids }: Facts,
): Decision {
  const { id: gaugeId } = gauge;
  const master = gauge.masters.find((each) => each.id === masterId);
  if (master === undefined)
    return refuse([...faults, reason('gauge.master-unknown', { gauge: gaugeId, master: masterId })]);
  if (readings.length !== master.readings)
    faults.push(reason('gauge.readings-missing', { have: readings.length, need: master.readings }));
  for (const { unit, value } of readings) {
    if (unit !== master.unit) faults.push(reason('value.wrong-unit', { unit, expected: master.unit }));
    if (!Number.isFinite(value)) faults.push(reason('value.not-a-number', { entered: String(value) }));
  }
  if (faults.length > 0) return refuse(faults);
  const deviation = worstDeviation(
    readings.map(({ value }) => value),
    master.value,
  );
  const { id, value, tolerance, unit } = master;
  return accept([
    event('gauge.checked', {
      checkId: ids.fresh('check'),
      gaugeId,
      master: { id, value, tolerance, unit },
      readings: [...readings],
      deviation,
      result: Math.abs(deviation) <= tolerance ? 'passed' : 'failed',
      shift: shiftAt(now, catalogue.plant)?.key ?? null,
    }),
  ]);
}

/** Of the value that is farthest off, with its sign. Without the digits that binary numbers add: 24.013 - 24.003 is 0.01. */
export function worstDeviation(values: readonly number[], nominal: number): number {
  const off = values.map((value) => Number((value - nominal).toFixed(9)));
  return off.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst), 0);
}

function use(
  { id: gaugeId }: Gauge,
  { type, reason: words }: Of<'gauge.condemn' | 'gauge.return'>,
  faults: Reason[],
  facts: Facts,
): Decision {
  const state = facts.gauges.state(gaugeId);
  const written = words.trim();
  const condemned = state.use?.condemned === true;
  if (written === '') faults.push(reason('gauge.words-missing', {}));
  if (type === 'gauge.condemn' && state.use !== null && condemned) {
    const { at, by, stationId } = state.use;
    faults.push(
      reason('gauge.condemned-already', { gauge: gaugeId, condemnedAt: at, by: actorName(by, stationId, facts) }),
    );
  }
  if (type === 'gauge.return') {
    if (!condemned) faults.push(reason('gauge.not-condemned', { gauge: gaugeId }));
    if (state.calibration?.result === 'failed' || isCheckFailed(state))
      faults.push(reason('gauge.still-bad', { gauge: gaugeId }));
  }
  if (faults.length > 0) return refuse(faults, { next: [next('open-gauge', { gauge: gaugeId })] });
  return accept([
    type === 'gauge.condemn'
      ? event('gauge.condemned', {
          condemnationId: facts.ids.fresh('condemnation'),
          gaugeId,
          reason: written,
        })
      : event('gauge.returned', { gaugeId, reason: written }),
  ]);
}

function recall({ id: gaugeId }: Gauge, { recallId }: Of<'gauge.recall'>, faults: Reason[], facts: Facts): Decision {
  const state = facts.gauges.state(gaugeId);
  const found = knownRecall(state, recallId);
  if (found === null) return refuse([...faults, reason('gauge.recall-unknown', { recall: recallId })]);
  const { since, foundAt, until } = found;
  const units = facts.gauges.measuredWith(gaugeId, since, until);
  const held: readonly DomainEvent[] = units.flatMap((serial) =>
    holdFor(gaugeId, found, facts.control.unit(serial), facts),
  );
  // In force already, and nothing of it left to be held here: a second tap would say nothing new.
  if (held.length === 0 && state.recalls.some((each) => each.recallId === recallId))
    faults.push(reason('gauge.nothing-to-hold', { gauge: gaugeId }));
  if (faults.length > 0) return refuse(faults);
  return accept([event('gauge.recalled', { recallId, gaugeId, since, foundAt, units: [...units] }), ...held]);
}
