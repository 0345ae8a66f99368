/** The bench as the screen sees it. */
import type { ControlPlan, PlannedCharacteristic } from '#contract/config/control-plan.ts';
import type { Localized } from '#contract/config/text.ts';
import type {
  BenchView,
  DueView,
  SampleCharacteristic,
  SampledView,
  SampleGauge,
  SampleView,
  UpcomingView,
} from '#contract/rpc/bench.ts';
import { characteristicsOf } from '#domain/bench/decide.ts';
import { dueSamples, upcoming, type DueSample, type Sampled, type Stream } from '#domain/bench/due.ts';
import { gaugeFor, gaugeGate } from '#domain/bench/gauge.ts';
import { sampledNow } from '#domain/bench/plan.ts';
import { countingValues, nextPlace, placesOf, type Sample } from '#domain/bench/sample.ts';
import type { Facts } from '#domain/facts.ts';
import { suspicion } from '#domain/gauges/suspect.ts';
import { deviceFaults } from '#domain/steps/values.ts';
import { actorName } from '#domain/units/holder.ts';
import { chartRowOf } from '#station/control/charts.ts';
import type { DeviceSource } from '#station/core/ports.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { characteristicView } from '#station/steps/view-type.ts';
import type { Push } from '#station/steps/measure/pushes.ts';

export interface Remeasure {
  readonly sampleId: string;
  readonly valueId: string;
  readonly reason: string;
}

export interface BenchSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
  readonly devices: Pick<DeviceSource, 'isLive'>;
  readonly sample: Sample | null;
  readonly scanned: readonly string[];
  readonly remeasure: Remeasure | null;
  readonly refused: Push | null;
}

export function benchView(revision: number, sources: BenchSources): BenchView {
  const { facts, sample, scanned } = sources;
  const sampled = sampledNow(facts);
  const { configured, linked, sinceAt } = facts.server;
  return {
    revision,
    bench: sampled.length > 0,
    due: dueSamples(sampled).map((due) => dueView(due, facts)),
    upcoming: upcomingViews(sampled, facts),
    heardAt: !configured || linked ? null : sinceAt,
    linked: configured ? linked : null,
    ...worthScanning(sampled, facts),
    scanned,
    sample: sample === null ? null : sampleView(sample, sources),
    refusedPush: refusedPush(sources),
    judgedAt: facts.now,
  };
}

/** For whom nothing is due: what is sampled here, and which units there are. */
function worthScanning(sampled: readonly Sampled[], facts: Facts): Pick<BenchView, 'sampled' | 'measurable'> {
  const streams = [...new Map(sampled.map(({ stream }) => [JSON.stringify(stream), stream])).values()];
  return {
    sampled: streams.map((stream) => {
      const { characteristics: _all, ...of } = sampledView(stream, [], facts);
      return of;
    }),
    measurable: streams.flatMap((stream) => facts.bench.measurable(stream, 3)).slice(0, 3),
  };
}

const untitled = (id: string): Localized => ({ en: id, de: id });

function sampledView(
  { definitionId, operationId, stationId }: Omit<Stream, 'planId'>,
  characteristicIds: readonly string[],
  { catalogue }: Pick<Facts, 'catalogue'>,
): SampledView {
  const of = catalogue.definitions.filter(({ id }) => id === definitionId);
  const definition = of.findLast(({ status }) => status === 'released') ?? of.at(-1);
  return {
    definition: { id: definitionId, title: definition?.title ?? untitled(definitionId) },
    operation: {
      id: operationId,
      title: definition?.operations.find(({ id }) => id === operationId)?.title ?? untitled(operationId),
    },
    station: { id: stationId, title: catalogue.station(stationId)?.title ?? untitled(stationId) },
    characteristics: characteristicIds.map((id) => ({
      id,
      title: definition?.characteristics.find((each) => each.id === id)?.title ?? untitled(id),
    })),
  };
}

function dueView(sample: DueSample, facts: Facts): DueView {
  const { dueId, due, units, size, madeSince, characteristics } = sample;
  return {
    ...sampledView(
      sample,
      characteristics.map(({ characteristic }) => characteristic),
      facts,
    ),
    dueId,
    reason: due.reason,
    sinceAt: due.sinceAt,
    units: units.map(({ serial }) => serial),
    size,
    madeSince,
  };
}

/** Characteristics that are counted alike stand together; the nearest first. */
function upcomingViews(sampled: readonly Sampled[], facts: Facts): readonly UpcomingView[] {
  const groups = new Map<string, { of: Sampled; ids: string[] }>();
  for (const of of sampled) {
    if (of.sampling.every === undefined) continue;
    const key = JSON.stringify([of.stream, of.sampling.every]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { of, ids: [of.planned.characteristic] });
    else known.ids.push(of.planned.characteristic);
  }
  return [...groups.values()].flatMap(({ of, ids }): UpcomingView[] => {
    const next = upcoming(of, facts.now);
    if (next === null) return [];
    return [{ ...sampledView(of.stream, ids, facts), reason: next.units === null ? 'minutes' : 'units', ...next }];
  });
}

const imageUrl = (hash: string, image: string): string =>
  `/definition-images/${[hash, ...image.split('/')].map(encodeURIComponent).join('/')}`;

function gaugeView(
  sample: Sample,
  characteristic: Parameters<typeof gaugeGate>[2],
  { facts, devices }: BenchSources,
): { readonly gauge: SampleGauge | null; readonly acceptance: SampleCharacteristic['acceptance'] } {
  const found = gaugeFor(sample, characteristic, facts);
  const device = found === null ? null : facts.catalogue.device(found.deviceId);
  if (found === null || device === null) return { gauge: null, acceptance: null };
  const gate = gaugeGate(found, sample, characteristic, facts);
  const live = device.tags.find(({ id, unit }) => devices.isLive(id) && unit === characteristic.unit);
  return {
    gauge: {
      deviceId: device.id,
      title: found.gauge?.title ?? device.title,
      gaugeId: found.gauge?.id ?? device.gaugeId,
      tagId: found.tagId,
      liveTagId: live?.id ?? null,
      faults: [...deviceFaults(device.id, facts), ...gate.reasons],
    },
    acceptance: gate.acceptance,
  };
}

function sampleView(sample: Sample, sources: BenchSources): SampleView {
  const { facts, remeasure } = sources;
  const { sampleId, units, characteristics, taken, finished, due, at, by, benchId, definitionId } = sample;
  const armed = remeasure?.sampleId === sampleId ? remeasure : null;
  const there = countingValues(sample);
  const counting = new Set([...there.values()].map(({ valueId }) => valueId));
  const older = armed === null ? undefined : [...there.values()].find(({ valueId }) => valueId === armed.valueId);
  const suspectOf = suspicion(facts);
  const waiting = nextPlace(sample, suspectOf);
  const next = older ?? waiting?.place ?? null;
  const of = characteristicsOf(sample, next?.serial ?? null, facts);
  const revision = units.find(({ serial }) => serial === next?.serial)?.revision ?? units[0]?.revision ?? '';
  const definition = facts.catalogue.definition(definitionId, revision);
  const places = placesOf(sample);
  return {
    ...sampledView(
      sample,
      characteristics.map(({ characteristicId }) => characteristicId),
      facts,
    ),
    sampleId,
    reason: due.reason,
    startedAt: at,
    startedBy: actorName(by, benchId, facts),
    measured: of.map((characteristic, i): SampleCharacteristic => {
      const { balloon } = characteristic;
      return {
        ...characteristicView(characteristic),
        number: i + 1,
        balloon:
          balloon === undefined || definition === null
            ? null
            : { imageUrl: imageUrl(definition.hash, balloon.image), x: balloon.x, y: balloon.y },
        values: characteristics.find(({ characteristicId }) => characteristicId === characteristic.id)?.values ?? 1,
        ...gaugeView(sample, characteristic, sources),
      };
    }),
    units: units.map(({ serial }) => {
      const own = places.filter((place) => place.serial === serial);
      return {
        serial,
        total: own.length,
        done: [...there.values()].filter((value) => value.serial === serial && suspectOf(value) === null).length,
      };
    }),
    values: taken.map((value) => ({
      valueId: value.valueId,
      serial: value.serial,
      characteristicId: value.characteristicId,
      index: value.index,
      attempt: value.attempt,
      value: value.reading.value,
      verdict: value.verdict,
      entry: value.reading.entry,
      at: value.at,
      gaugeId: value.gaugeId,
      replaced: !counting.has(value.valueId),
      reason: value.replaces?.reason ?? null,
      suspect: suspectOf(value),
    })),
    task:
      next === null
        ? null
        : {
            serial: next.serial,
            characteristicId: next.characteristicId,
            index: next.index,
            remeasure:
              armed !== null && older !== undefined
                ? { valueId: armed.valueId, reason: armed.reason, suspect: suspectOf(older), asked: true }
                : waiting === null || waiting.replaces === null
                  ? null
                  : {
                      valueId: waiting.replaces.value.valueId,
                      reason: '',
                      suspect: waiting.replaces.why,
                      asked: false,
                    },
          },
    finished,
    charts: chartsOf(sample, sources),
  };
}

/** Charts that have a point of the sample, and the signal that it raised there. */
function chartsOf({ points, plan, stationId }: Sample, { read, facts }: BenchSources): SampleView['charts'] {
  const released: ControlPlan | null = facts.catalogue.controlPlan(plan.id, plan.revision);
  const ids = [...new Set(points.map(({ chartId }) => chartId))];
  return ids.flatMap((chartId) => {
    const own = points.filter((point) => point.chartId === chartId);
    const planned: PlannedCharacteristic | undefined = released?.characteristics.find(({ charts }) =>
      charts.some(({ id }) => id === chartId),
    );
    if (planned === undefined) return [];
    const key = { planId: plan.id, characteristicId: planned.characteristic, chartId, stationId };
    const row = chartRowOf(key, { read, facts });
    if (row === null) return [];
    return [{ ...row, points: own.length, signalId: own.find(({ signalId }) => signalId !== null)?.signalId ?? null }];
  });
}

function refusedPush({ refused, facts }: BenchSources): BenchView['refusedPush'] {
  const found = refused === null ? null : facts.catalogue.tag(refused.tagId);
  if (refused === null || refused.refusal === null || found === null) return null;
  const { at, value, unit, refusal } = refused;
  return { at, value, unit, deviceTitle: found.device.title, decimals: found.tag.decimals, reasons: refusal.reasons };
}
