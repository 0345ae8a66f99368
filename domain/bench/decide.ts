/** What people decide about samples, and what a gauge's button does to the one that is open. */
import type { Characteristic } from '#contract/config/definition.ts';
import { event, type BodyOf, type DomainEvent } from '#contract/events/index.ts';
import type { Acceptance, ReadingFact } from '#contract/events/shared.ts';
import type { LiveReading } from '#contract/reading.ts';
import type { Reason } from '#contract/refusal.ts';
import type { BenchCommand } from '#domain/commands.ts';
import { accept, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { suspectText, suspicion, type SuspectOf } from '#domain/gauges/suspect.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { deviceValue, verdictOf } from '#domain/steps/values.ts';
import type { DueSample } from './due.ts';
import { gaugeFor, gaugeGate } from './gauge.ts';
import { guardFaults } from './guards.ts';
import { dueNow, sampledHere, type SampledStream } from './plan.ts';
import { countingValues, nextPlace, suspectValues, type Place, type Sample, type SampleValue } from './sample.ts';

type Of<T extends BenchCommand['type']> = Extract<BenchCommand, { type: T }>;

export function decideBench(command: BenchCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'sample.start':
      return start(command, facts);
    case 'sample.skip':
      return skip(command, facts);
    case 'sample.measure':
      return measure(command, facts);
    case 'sample.stop':
      return stop(command, facts);
    case 'sample.complete':
      return complete(command, facts);
    case 'set-up.record':
      return recordSetUp(command, facts);
  }
}

type Head = Pick<BodyOf<'sample.started'>, 'plan' | 'definitionId' | 'operationId' | 'stationId'>;

const headOf = ({
  plan,
  definitionId,
  operationId,
  stationId,
}: SampledStream['stream'] & Pick<DueSample, 'plan'>): Head => ({
  plan: { id: plan.id, revision: plan.revision, hash: plan.hash },
  definitionId,
  operationId,
  stationId,
});

function start({ dueId, serials }: Of<'sample.start'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'sample.measure')];
  const open = facts.bench.open();
  if (open !== null) faults.push(reason('sample.other-open', { startedAt: open.at }));
  const found = dueId === null ? askedFor(serials ?? [], facts) : dueFor(dueId, facts);
  if ('code' in found) return refuse([...faults, found]);
  const { sampled, due, characteristics } = found;
  const named = serials ?? found.units.map(({ serial }) => serial);
  if (named.length === 0) faults.push(reason('sample.units-missing', {}));
  const definition = facts.catalogue.definitions.findLast(
    ({ id, status }) => id === sampled.definitionId && status === 'released',
  );
  const units = [...new Set(named)].flatMap((serial) => {
    const passed = facts.bench.passed(sampled, serial);
    if (passed !== null) return [{ serial, ...passed }];
    const { operationId: operation, stationId: station } = sampled;
    const operationText = definition?.operations.find(({ id }) => id === operation)?.title ?? null;
    faults.push(
      facts.control.unit(serial) === null
        ? reason('sample.unit-unknown', { serial })
        : reason('sample.unit-not-passed', { serial, operation, operationText, station }),
    );
    return [];
  });
  if (faults.length > 0) return refuse(faults);
  return accept([
    event('sample.started', {
      sampleId: facts.ids.fresh('sample'),
      ...headOf(sampled),
      due,
      characteristics: inOrder(characteristics, definition?.characteristics ?? []),
      units,
    }),
  ]);
}

/** Balloons stand in the order of the definition. */
function inOrder(
  planned: readonly SampledStream['planned'][],
  known: readonly Characteristic[],
): BodyOf<'sample.started'>['characteristics'] {
  const place = ({ characteristic }: SampledStream['planned']): number =>
    known.findIndex(({ id }) => id === characteristic);
  return [...planned]
    .sort((a, b) => place(a) - place(b))
    .map(({ characteristic, sampling }) => ({ characteristicId: characteristic, values: sampling?.values ?? 1 }));
}

interface Wanted {
  readonly sampled: SampledStream['stream'] & Pick<DueSample, 'plan'>;
  readonly due: BodyOf<'sample.started'>['due'];
  readonly characteristics: readonly SampledStream['planned'][];
  readonly units: readonly { readonly serial: string }[];
}

function dueFor(dueId: string, facts: Facts): Wanted | Reason {
  const sampled = dueNow(facts).find((each) => each.dueId === dueId);
  if (sampled === undefined) return reason('sample.not-due', {});
  const { due, characteristics, units } = sampled;
  return { sampled, due, characteristics, units };
}

/** Nothing is due: everything that is sampled of the first unit's stream. */
function askedFor(serials: readonly string[], facts: Facts): Wanted | Reason {
  const [first] = serials;
  if (first === undefined) return reason('sample.units-missing', {});
  const all = sampledHere(facts);
  if (all.length === 0) return reason('sample.not-here', { station: facts.station.id });
  const fits = all.filter(({ stream }) => facts.bench.passed(stream, first) !== null);
  const [one] = fits;
  if (one === undefined) {
    const { operationId: operation, stationId: station } = all[0]?.stream ?? { operationId: '', stationId: '' };
    return facts.control.unit(first) === null
      ? reason('sample.unit-unknown', { serial: first })
      : reason('sample.unit-not-passed', { serial: first, operation, operationText: null, station });
  }
  const { stream, plan } = one;
  const same = fits.filter(
    (each) => each.stream.operationId === stream.operationId && each.stream.stationId === stream.stationId,
  );
  return {
    sampled: { ...stream, plan },
    due: { reason: 'asked', key: null, sinceAt: facts.now },
    characteristics: same.map(({ planned }) => planned),
    units: [],
  };
}

function skip({ dueIds, reason: words }: Of<'sample.skip'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'sample.skip')];
  if (words.trim() === '') faults.push(reason('sample.words-missing', {}));
  const due = dueNow(facts);
  const skipped = [...new Set(dueIds)].flatMap((dueId) => due.find((each) => each.dueId === dueId) ?? []);
  if (skipped.length < new Set(dueIds).size) faults.push(reason('sample.not-due', {}));
  if (faults.length > 0) return refuse(faults);
  return accept(
    skipped.map((each) =>
      event('sample.skipped', {
        ...headOf(each),
        due: each.due,
        characteristics: each.characteristics.map(({ characteristic }) => characteristic),
        reason: words.trim(),
      }),
    ),
  );
}

function known(sampleId: string, faults: readonly Reason[], facts: Facts): Sample | Decision {
  return facts.bench.sample(sampleId) ?? refuse([...faults, reason('sample.unknown', { sample: sampleId })]);
}
const isDecision = (found: Sample | Decision): found is Decision => 'ok' in found;

/** Characteristics of the sample as the unit's revision says. */
export function characteristicsOf(
  { definitionId, units, characteristics }: Pick<Sample, 'definitionId' | 'units' | 'characteristics'>,
  serial: string | null,
  { catalogue }: Pick<Facts, 'catalogue'>,
): readonly Characteristic[] {
  const unit = units.find((each) => each.serial === serial) ?? units[0];
  const definition =
    (unit === undefined ? null : catalogue.definition(definitionId, unit.revision)) ??
    catalogue.definitions.findLast(({ id }) => id === definitionId);
  return characteristics.flatMap(
    ({ characteristicId }) => definition?.characteristics.find(({ id }) => id === characteristicId) ?? [],
  );
}

/** Nothing of the sample waits for a value; what of it cannot be relied on is named, as it can still be measured again. */
export function finishedFaults(sample: Sample, suspectOf: SuspectOf, facts: Pick<Facts, 'catalogue'>): Reason[] {
  return [
    reason('sample.finished-already', { finishedAt: sample.finished?.at ?? sample.at }),
    ...suspectValues(sample, suspectOf).map(({ value: { serial, characteristicId, gaugeId }, why }) =>
      reason('sample.value-suspect', {
        characteristicText:
          characteristicsOf(sample, serial, facts).find(({ id }) => id === characteristicId)?.title ?? null,
        serial,
        gauge: gaugeId,
        foundAt: why.params['foundAt'] ?? null,
      }),
    ),
  ];
}

/** The place that the next value is of, and the value that it replaces. */
function target(
  sample: Sample,
  { replaces }: Of<'sample.measure'>,
  suspectOf: SuspectOf,
  facts: Facts,
):
  | { readonly place: Place; readonly older: SampleValue | null; readonly why: string }
  | { readonly faults: readonly Reason[] } {
  if (replaces === null) {
    const next = nextPlace(sample, suspectOf);
    if (next === null) return { faults: finishedFaults(sample, suspectOf, facts) };
    return {
      place: next.place,
      older: next.replaces?.value ?? null,
      why: next.replaces === null ? '' : suspectText(next.replaces.why),
    };
  }
  const older = [...countingValues(sample).values()].find(({ valueId }) => valueId === replaces.valueId);
  if (older === undefined) return { faults: [reason('sample.value-unknown', {})] };
  // That its gauge was found bad is reason enough.
  const suspect = suspectOf(older);
  const why = replaces.reason.trim() || (suspect === null ? '' : suspectText(suspect));
  return why === '' ? { faults: [reason('sample.words-missing', {})] } : { place: older, older, why };
}

function measure(command: Of<'sample.measure'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'sample.measure')];
  const sample = known(command.sampleId, faults, facts);
  if (isDecision(sample)) return sample;
  const suspectOf = suspicion(facts);
  const aim = target(sample, command, suspectOf, facts);
  if ('faults' in aim) return refuse([...faults, ...aim.faults]);
  const { place, older, why } = aim;
  const { serial, characteristicId, index } = place;
  const all = characteristicsOf(sample, serial, facts);
  const characteristic = all.find(({ id }) => id === characteristicId);
  if (characteristic === undefined)
    return refuse([...faults, reason('sample.value-not-next', { characteristicText: null, serial })]);
  const source = sourceOf(command, sample, characteristic, all, facts);
  if ('faults' in source) return refuse([...faults, ...source.faults]);
  if (faults.length > 0) return refuse(faults);
  const { reading, gaugeId, acceptance } = source;
  const { nominal, lower, upper } = characteristic;
  const recorded = {
    sampleId: sample.sampleId,
    valueId: facts.ids.fresh('value'),
    serial,
    characteristicId,
    index,
    attempt: (older?.attempt ?? 0) + 1,
    gaugeId,
    reading,
    nominal,
    lower,
    upper,
    acceptance,
    verdict: verdictOf(reading.value, acceptance?.lower ?? lower, acceptance?.upper ?? upper),
    replaces: older === null ? null : { valueId: older.valueId, reason: why },
  } as const;
  const events: DomainEvent[] = [event('sample.value-recorded', recorded)];
  const after: Sample = { ...sample, taken: [...sample.taken, { ...recorded, at: facts.now }] };
  // As long as values that count cannot be relied on, the sample stays open for them.
  if (sample.finished === null && nextPlace(after, suspectOf) === null)
    events.push(event('sample.finished', { sampleId: sample.sampleId, how: 'complete', reason: '' }));
  return accept(events);
}

type Source =
  | { readonly reading: ReadingFact; readonly gaugeId: string | null; readonly acceptance: Acceptance | null }
  | { readonly faults: readonly Reason[] };

/** Everything that stands against the value is told at once. */
function sourceOf(
  { tagId, reading }: { readonly tagId: string; readonly reading: LiveReading },
  sample: Sample,
  characteristic: Characteristic,
  all: readonly Characteristic[],
  facts: Facts,
): Source {
  const wanted = gaugeFor(sample, characteristic, facts);
  const device = facts.catalogue.tag(tagId)?.device ?? null;
  if (wanted === null || wanted.tagId !== tagId)
    return {
      faults: [
        reason('sample.gauge-not-fitting', {
          device: device?.id ?? tagId,
          deviceText: device?.title ?? null,
          characteristicText: characteristic.title,
        }),
      ],
    };
  const gate = gaugeGate(wanted, sample, characteristic, facts);
  // Plausible or not is told by the guards, which know the other characteristics.
  const taken = deviceValue(tagId, reading, { ...characteristic, plausible: undefined }, facts);
  const guards = 'fact' in taken ? guardFaults(taken.fact.value, characteristic, all) : [];
  const faults = [...gate.reasons, ...('faults' in taken ? taken.faults : []), ...guards];
  if ('faults' in taken || faults.length > 0) return { faults };
  return { reading: taken.fact, gaugeId: wanted.gauge?.id ?? null, acceptance: gate.acceptance };
}

function stop({ sampleId, reason: words }: Of<'sample.stop'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'sample.measure')];
  const sample = known(sampleId, faults, facts);
  if (isDecision(sample)) return sample;
  if (sample.finished !== null) faults.push(reason('sample.finished-already', { finishedAt: sample.finished.at }));
  if (words.trim() === '') faults.push(reason('sample.words-missing', {}));
  if (faults.length > 0) return refuse(faults);
  return accept([event('sample.finished', { sampleId, how: 'stopped', reason: words.trim() })]);
}

/** By the station itself: everything is there, and what was heard since of a gauge leaves nothing to be measured again. */
function complete({ sampleId }: Of<'sample.complete'>, facts: Facts): Decision {
  const sample = facts.bench.sample(sampleId);
  if (sample === null || sample.finished !== null || nextPlace(sample, suspicion(facts)) !== null) return accept([]);
  return accept([event('sample.finished', { sampleId, how: 'complete', reason: '' })]);
}

function recordSetUp({ kind, operationId, note }: Of<'set-up.record'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'unit.build')];
  const { catalogue, station } = facts;
  const here = catalogue.definitions.some(({ operations }) =>
    operations.some(({ id, stations }) => id === operationId && stations.includes(station.id)),
  );
  if (operationId !== null && !here) faults.push(reason('set-up.operation-unknown', { operation: operationId }));
  if (faults.length > 0) return refuse(faults);
  return accept([
    event('set-up.recorded', { setUpId: facts.ids.fresh('set-up'), kind, operationId, note: note.trim() }),
  ]);
}
