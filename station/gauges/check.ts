/**
 * A master check led at this station: readings come through the real gauge, one after the other, and are told against the master
 * part at once. Nothing is a fact before it is finished; a restart of the station goes on with it (check-draft.ts).
 */
import { isDeepStrictEqual } from 'node:util';
import type { Gauge, Master } from '#contract/config/gauges.ts';
import type { ReadingFact } from '#contract/events/shared.ts';
import type { LiveReading } from '#contract/reading.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { CheckView } from '#contract/rpc/gauges.ts';
import { tagOfGauge } from '#domain/config/check-gauges.ts';
import { reason } from '#domain/decision.ts';
import { worstDeviation } from '#domain/gauges/decide.ts';
import { decimalsOf } from '#domain/gauges/standing.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { deviceFaults, readingFaults } from '#domain/steps/values.ts';
import type { Core } from '#station/core/index.ts';
import type { CheckDraft, CheckDrafts } from './check-draft.ts';
import { done } from '#station/core/outcomes.ts';

interface Open {
  readonly gauge: Gauge;
  readonly master: Master;
  /** null: read off and typed. */
  readonly tagId: string | null;
  readonly startedAt: number;
  readonly readings: ReadingFact[];
  refused: readonly Reason[] | null;
}

export interface MasterChecks {
  view(): CheckView | null;
  start(gaugeId: string, masterId: string): Outcome;
  /** @param value typed off a gauge without a device; null: what the device shows now. */
  take(value: number | null): Outcome;
  drop(): Outcome;
  finish(commandId: string): Outcome;
  abandon(): Outcome;
}

/** What was interrupted longer ago than this is begun anew: the gauge has been in other hands. */
const resumableMs = 30 * 60_000;

export function createMasterChecks(core: Core, drafts: CheckDrafts, told: () => void): MasterChecks {
  const { clock, devices, catalogue } = core;
  let open: Open | null = resumed(drafts.read());
  const changed = (): void => {
    drafts.write(
      open === null
        ? null
        : { gaugeId: open.gauge.id, master: open.master, startedAt: open.startedAt, readings: open.readings },
    );
    told();
  };
  const fine: Outcome = { ok: true, value: undefined };
  const refuse = (...reasons: readonly Reason[]): Outcome => ({
    ok: false,
    refusal: { command: 'gauge.check', at: clock.now(), reasons, met: [], next: [] },
  });
  const close = (): void => {
    open = null;
    changed();
  };

  /** A gauge or master part that is another one by now is not gone on with. */
  function resumed(draft: CheckDraft | null): Open | null {
    const gauge = draft === null ? null : catalogue.gauge(draft.gaugeId);
    const master = gauge?.masters.find(({ id }) => id === draft?.master.id);
    if (draft === null || gauge === null || !isDeepStrictEqual(master, draft.master)) return null;
    const { startedAt, readings } = draft;
    const lastAt = Math.max(startedAt, ...readings.map(({ receivedAt }) => receivedAt));
    if (clock.now() - lastAt > resumableMs) return null;
    return { gauge, master: draft.master, tagId: tagOf(gauge), startedAt, readings, refused: null };
  }

  function tagOf(gauge: Gauge): string | null {
    const device = gauge.device === undefined ? null : catalogue.device(gauge.device);
    return device === null ? null : tagOfGauge(gauge, device);
  }

  function howOf({ gauge, tagId }: Open): CheckView['how'] {
    if (gauge.device === undefined || tagId === null) return 'typed';
    return devices.pushes(gauge.device) && !devices.isLive(tagId) ? 'pushed' : 'taken';
  }

  /** Whatever became of it is on the screen at once: a gauge in the hand has no eyes for a dialog. */
  function add(check: Open, taken: ReadingFact | readonly Reason[]): Outcome {
    const isFull = check.readings.length >= check.master.readings;
    if ('value' in taken && !isFull) {
      check.readings.push(taken);
      check.refused = null;
      changed();
      return fine;
    }
    if (!('value' in taken)) check.refused = taken;
    changed();
    // One reading more than asked for is nobody's: the check is to be finished.
    return 'value' in taken ? refuse(reason('gauge.check-open', { gauge: check.gauge.id })) : refuse(...taken);
  }

  function ofDevice({ master, tagId }: Open, reading: LiveReading | null): ReadingFact | readonly Reason[] {
    if (tagId === null) return [reason('gauge.no-check-open', {})];
    const faults = readingFaults(tagId, reading, core.facts());
    if (reading === null || faults.length > 0) return faults;
    const { value, unit, quality, status, sourceAt, receivedAt } = reading;
    if (typeof value !== 'number' || !Number.isFinite(value))
      return [reason('value.not-a-number', { entered: String(value) })];
    if (unit !== master.unit) return [reason('value.wrong-unit', { unit, expected: master.unit })];
    const deviceId = catalogue.tag(tagId)?.device.id ?? null;
    return { value, unit, entry: 'device', deviceId, tagId, quality, status, sourceAt, receivedAt };
  }

  // While a check is under way the step in work gets no value of its gauge.
  core.execution.claimPushes((tagId, reading) => {
    if (open === null || open.tagId !== tagId) return false;
    add(open, ofDevice(open, reading));
    return true;
  });

  return {
    view() {
      if (open === null) return null;
      const { gauge, master, tagId, readings, refused } = open;
      return {
        gaugeId: gauge.id,
        title: gauge.title,
        master,
        decimals: decimalsOf(gauge),
        needed: master.readings,
        readings: readings.map(({ value }) => {
          const deviation = worstDeviation([value], master.value);
          return { value, deviation, ok: Math.abs(deviation) <= master.tolerance };
        }),
        how: howOf(open),
        tagId,
        refused,
      };
    },
    start(gaugeId, masterId) {
      const gauge = catalogue.gauge(gaugeId);
      const facts = core.facts();
      const faults = [...permissionFaults(facts, 'gauge.check')];
      const master = gauge?.masters.find(({ id }) => id === masterId);
      if (gauge === null) return refuse(...faults, reason('gauge.unknown', { gauge: gaugeId }));
      if (master === undefined)
        return refuse(
          ...faults,
          gauge.masters.length === 0
            ? reason('gauge.no-master', { gauge: gaugeId })
            : reason('gauge.master-unknown', { gauge: gaugeId, master: masterId }),
        );
      const device = gauge.device === undefined ? null : catalogue.device(gauge.device);
      if (device !== null) faults.push(...deviceFaults(device.id, facts));
      if (open !== null && (open.gauge.id !== gaugeId || open.master.id !== masterId))
        faults.push(reason('gauge.check-open', { gauge: open.gauge.id }));
      if (faults.length > 0) return refuse(...faults);
      if (open !== null) return fine;
      open = { gauge, master, tagId: tagOf(gauge), startedAt: clock.now(), readings: [], refused: null };
      changed();
      return fine;
    },
    take(value) {
      if (open === null) return refuse(reason('gauge.no-check-open', {}));
      const { gauge, master, tagId } = open;
      if (value === null) {
        if (tagId === null || howOf(open) === 'pushed')
          return refuse(reason('step.action-not-possible', { action: 'take', stepType: 'measure' }));
        return add(open, ofDevice(open, core.live.live(tagId)));
      }
      if (gauge.device !== undefined) {
        const deviceText = catalogue.device(gauge.device)?.title ?? null;
        return refuse(reason('gauge.has-device', { gauge: gauge.id, device: gauge.device, deviceText }));
      }
      if (!Number.isFinite(value)) return refuse(reason('value.not-a-number', { entered: String(value) }));
      const at = clock.now();
      const none = { deviceId: null, tagId: null, quality: 'good', status: 'Good', sourceAt: null } as const;
      return add(open, { value, unit: master.unit, entry: 'typed', ...none, receivedAt: at });
    },
    drop() {
      if (open === null) return refuse(reason('gauge.no-check-open', {}));
      open.readings.pop();
      open.refused = null;
      changed();
      return fine;
    },
    finish(commandId) {
      if (open === null) return refuse(reason('gauge.no-check-open', {}));
      const { gauge, master, readings } = open;
      const outcome = core.dispatch(
        { type: 'gauge.check', gaugeId: gauge.id, masterId: master.id, readings: [...readings] },
        commandId,
      );
      if (outcome.ok) close();
      return done(outcome);
    },
    abandon() {
      close();
      return fine;
    },
  };
}
