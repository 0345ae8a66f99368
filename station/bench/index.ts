/** Samples at this station: the list of what is due, the gauge's button and the pedal, and what the screen shows. */
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { BenchView } from '#contract/rpc/bench.ts';
import type { LiveReading, Reading } from '#contract/reading.ts';
import { characteristicsOf, finishedFaults } from '#domain/bench/decide.ts';
import { gaugeFor } from '#domain/bench/gauge.ts';
import { nextPlace, countingValues, type Place, type Sample } from '#domain/bench/sample.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { suspicion, type SuspectOf } from '#domain/gauges/suspect.ts';
import type { Clock } from '#station/clock.ts';
import type { Dispatch } from '#station/core/dispatch.ts';
import type { LiveCatalogue } from '#station/core/live-catalogue.ts';
import { done } from '#station/core/outcomes.ts';
import type { CoreStore, DeviceSource, Ids, ServerParts } from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';
import { readOpenExecution } from '#station/store/projections/aggregates.ts';
import { newestSample } from '#station/store/projections/bench.ts';
import type { Push } from '#station/steps/measure/pushes.ts';
import { Signal } from '#station/streams/signal.ts';
import { benchView, type Remeasure } from './view.ts';

/** How often gates and gauges are looked at anew while a screen is open: their answers change with time. */
const lookMs = 10_000;

export interface BenchParts {
  readonly store: CoreStore;
  readonly stationId: string;
  readonly catalogue: LiveCatalogue;
  readonly server: ServerParts;
  readonly devices: DeviceSource;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly dispatch: Dispatch;
  readonly facts: () => Facts;
}

export interface BenchFeature {
  readonly changed: Signal<number>;
  readonly revision: number;
  view(): BenchView;
  /** A screen is open until the returned function is called. */
  attend(): () => void;
  /**
   * A reading that somebody's hand sent: of the open sample, or in the place of an older value. @returns false: no sample waits
   * for it.
   */
  pushed(tagId: string, reading: LiveReading): boolean;
  start(dueId: string | null, serials: readonly string[] | null, commandId: string): Outcome;
  /** The pedal: asks the gauge that is next for its value. */
  take(sampleId: string, commandId: string): Promise<Outcome>;
  remeasure(sampleId: string, valueId: string | null, why: string): Outcome;
  /** A unit was scanned; `not-wanted`: no samples are measured here. */
  scanned(serial: string): Outcome | 'not-wanted';
  forgetScanned(): void;
  dismiss(): void;
  /** An open sample, or one just finished that is on the screen. */
  shown(): Sample | null;
  stop(): void;
}

/** Most units scanned for one sample. */
const mostScanned = 100;

export function createBench(parts: BenchParts): BenchFeature {
  const { store, catalogue, devices, clock, dispatch, facts, ids, log, stationId } = parts;
  const changed = new Signal<number>((error) => log.error({ err: error }, 'a reader of the bench failed'));
  let revision = 1;
  let cached: BenchView | null = null;
  let scanned: readonly string[] = [];
  let remeasure: Remeasure | null = null;
  let refused: Push | null = null;
  /** A finished sample stays on the screen until it is put away; one that ended before a restart was looked at. */
  const newestAtStart = newestSample(store.read, stationId);
  let put = newestAtStart === null || newestAtStart.finished === null ? null : newestAtStart.sampleId;
  let screens = 0;
  let timer: { cancel(): void } | null = null;

  function tell(): void {
    revision += 1;
    cached = null;
    changed.emit(revision);
  }
  function look(): void {
    timer = clock.setTimer(lookMs, look);
    tell();
  }

  function shown(): Sample | null {
    const newest = newestSample(store.read, stationId);
    return newest !== null && (newest.finished === null || newest.sampleId !== put) ? newest : null;
  }

  /** What the next value of a gauge is. */
  function target(sample: Sample, suspectOf: SuspectOf): Place | null {
    const older =
      remeasure?.sampleId === sample.sampleId
        ? [...countingValues(sample).values()].find(({ valueId }) => valueId === remeasure?.valueId)
        : undefined;
    return older ?? nextPlace(sample, suspectOf)?.place ?? null;
  }

  function measure(sample: Sample, tagId: string, reading: LiveReading, commandId: string): Outcome {
    const replaces =
      remeasure?.sampleId === sample.sampleId ? { valueId: remeasure.valueId, reason: remeasure.reason } : null;
    return done(dispatch({ type: 'sample.measure', sampleId: sample.sampleId, tagId, reading, replaces }, commandId));
  }

  function took(tagId: string, reading: LiveReading, outcome: Outcome): void {
    const device = catalogue.tag(tagId)?.device;
    if (outcome.ok || device === undefined) {
      refused = null;
      if (outcome.ok) remeasure = null;
    } else {
      const { value, unit } = reading;
      refused = {
        at: clock.now(),
        deviceId: device.id,
        tagId,
        value: typeof value === 'number' ? value : null,
        unit,
        refusal: outcome.refusal,
      };
    }
    tell();
  }

  const refuseFor = (command: string, reasons: readonly Reason[]): Outcome => ({
    ok: false,
    refusal: { command, at: clock.now(), reasons, met: [], next: [] },
  });
  const refuse = (command: string, code: Parameters<typeof reason>[0], params: object): Outcome =>
    refuseFor(command, [{ code, params: params as Reason['params'] }]);

  const stops = [
    store.onAppended.listen((events) => {
      for (const event of events) {
        if (event.type === 'sample.started') {
          scanned = [];
          remeasure = null;
          refused = null;
          put = null;
        }
      }
      tell();
    }),
    parts.server.documents.onStored((stored) => {
      if (stored.some(({ kind }) => kind === 'passport' || kind === 'gauge' || kind === 'order')) tell();
    }),
    catalogue.changed.listen(tell),
    devices.onChange.listen(() => {
      if (screens > 0) tell();
    }),
  ];

  return {
    changed,
    get revision() {
      return revision;
    },
    view() {
      const make = (): BenchView =>
        benchView(revision, {
          read: store.read,
          facts: facts(),
          devices,
          sample: shown(),
          scanned,
          remeasure,
          refused,
        });
      if (screens === 0) return make();
      cached ??= make();
      return cached;
    },
    attend() {
      screens += 1;
      if (screens === 1) {
        cached = null;
        timer = clock.setTimer(lookMs, look);
      }
      return () => {
        screens -= 1;
        if (screens > 0) return;
        timer?.cancel();
        timer = null;
      };
    },
    pushed(tagId, reading) {
      const sample = shown();
      // After the last value only a remeasure takes one more; a run that is open here goes first.
      if (
        sample === null ||
        target(sample, suspicion(facts())) === null ||
        readOpenExecution(store.read, stationId) !== null
      )
        return false;
      const outcome = measure(sample, tagId, reading, ids.next());
      took(tagId, reading, outcome);
      return true;
    },
    start(dueId, serials, commandId) {
      const named = serials ?? (scanned.length > 0 ? scanned : null);
      return done(dispatch({ type: 'sample.start', dueId, serials: named }, commandId));
    },
    async take(sampleId, commandId) {
      const sample = shown();
      if (sample === null || sample.sampleId !== sampleId)
        return refuse('sample.measure', 'sample.unknown', { sample: sampleId });
      const known = facts();
      const suspectOf = suspicion(known);
      const place = target(sample, suspectOf);
      if (place === null) return refuseFor('sample.measure', finishedFaults(sample, suspectOf, known));
      const characteristic = characteristicsOf(sample, place.serial, known).find(
        ({ id }) => id === place.characteristicId,
      );
      const gauge = characteristic === undefined ? null : gaugeFor(sample, characteristic, known);
      if (gauge === null)
        return refuse('sample.measure', 'sample.gauge-not-fitting', {
          device: '',
          deviceText: null,
          characteristicText: characteristic?.title ?? null,
        });
      const { tagId } = gauge;
      const answer = await devices.read([tagId]);
      const reading: Reading | undefined = answer.ok
        ? answer.value.find((each) => each.tagId === tagId)?.reading
        : undefined;
      if (reading === undefined)
        return refuse('sample.measure', 'tag.no-value', {
          tag: tagId,
          tagText: catalogue.tag(tagId)?.tag.title ?? null,
        });
      const live: LiveReading = { ...reading, tagId, stale: false, lastGoodAt: reading.receivedAt };
      const outcome = measure(sample, tagId, live, commandId);
      took(tagId, live, outcome);
      return outcome;
    },
    remeasure(sampleId, valueId, why) {
      const sample = shown();
      if (sample === null || sample.sampleId !== sampleId)
        return refuse('sample.remeasure', 'sample.unknown', { sample: sampleId });
      if (valueId === null) remeasure = null;
      else {
        const value = [...countingValues(sample).values()].find((each) => each.valueId === valueId);
        if (value === undefined) return refuse('sample.remeasure', 'sample.value-unknown', {});
        // That its gauge was found bad is reason enough.
        if (why.trim() === '' && suspicion(facts())(value) === null)
          return refuse('sample.remeasure', 'sample.words-missing', {});
        remeasure = { sampleId, valueId, reason: why.trim() };
      }
      tell();
      return { ok: true, value: undefined };
    },
    scanned(serial) {
      const view = this.view();
      if (!view.bench) return 'not-wanted';
      const sample = shown();
      if (sample !== null && sample.finished === null) {
        if (sample.units.some((unit) => unit.serial === serial)) return { ok: true, value: undefined };
        return refuse('scan.submit', 'sample.unit-not-in-it', { serial });
      }
      if (sample !== null) put = sample.sampleId;
      if (!scanned.includes(serial)) scanned = [...scanned, serial].slice(-mostScanned);
      tell();
      return { ok: true, value: undefined };
    },
    forgetScanned() {
      scanned = [];
      tell();
    },
    dismiss() {
      put = newestSample(store.read, stationId)?.sampleId ?? null;
      remeasure = null;
      refused = null;
      tell();
    },
    shown,
    stop() {
      for (const stop of stops) stop();
      timer?.cancel();
    },
  };
}
