/** A sample while it is measured and after: what of it is there, and what comes next. */
import type { BodyOf } from '#contract/events/index.ts';
import type { Actor } from '#contract/envelope.ts';
import type { Reason } from '#contract/refusal.ts';
import type { SuspectOf } from '#domain/gauges/suspect.ts';
import type { Happened } from '#domain/happened.ts';

type Started = BodyOf<'sample.started'>;
type Recorded = BodyOf<'sample.value-recorded'>;

export interface SampleValue extends Omit<Recorded, 'sampleId'> {
  /** UTC ms. */
  readonly at: number;
}

/** A point that values of the sample made. */
export interface SamplePoint {
  readonly pointId: string;
  readonly characteristicId: string;
  readonly chartId: string;
  /** `valueKey` of its values. */
  readonly members: readonly string[];
  readonly signalId: string | null;
}

export interface Sample extends Started {
  readonly at: number;
  readonly by: Actor;
  readonly benchId: string;
  /** In order; replaced ones too. */
  readonly taken: readonly SampleValue[];
  /** The newest of the same values only. */
  readonly points: readonly SamplePoint[];
  readonly finished: { readonly at: number; readonly how: 'complete' | 'stopped'; readonly reason: string } | null;
}

/** Which value of a sample, whatever attempt. */
export interface Place {
  readonly serial: string;
  readonly characteristicId: string;
  readonly index: number;
}
export const valueKey = ({ serial, characteristicId, index }: Place): string =>
  JSON.stringify([characteristicId, serial, index]);

export const sampleEvents = ['sample.started', 'sample.value-recorded', 'sample.finished'] as const;

/** @param sample null before its beginning. Points and signals are folded in where they are of this sample. */
export function evolveSample(sample: Sample | null, { type, body, at, actor, stationId }: Happened): Sample | null {
  if (type === 'sample.started')
    return { ...body, at, by: actor, benchId: stationId, taken: [], points: [], finished: null };
  if (sample === null) return null;
  switch (type) {
    case 'sample.value-recorded': {
      const { sampleId: _sample, ...value } = body;
      return { ...sample, taken: [...sample.taken, { ...value, at }] };
    }
    case 'sample.finished':
      return { ...sample, finished: { at, how: body.how, reason: body.reason } };
    case 'point.charted': {
      if (body.values[0]?.sampleId !== sample.sampleId) return sample;
      const { pointId, replaces, values, chart } = body;
      const { characteristicId, chartId } = chart;
      const members = values.map(({ serial, index }) => valueKey({ serial, index, characteristicId }));
      const older = sample.points.filter((point) => point.pointId !== replaces);
      return { ...sample, points: [...older, { pointId, characteristicId, chartId, members, signalId: null }] };
    }
    case 'signal.raised': {
      const { pointId, signalId } = body;
      return {
        ...sample,
        points: sample.points.map((point) => (point.pointId === pointId ? { ...point, signalId } : point)),
      };
    }
    default:
      return sample;
  }
}

/** Everything to measure: unit after unit, in each the characteristics in their order. */
export const placesOf = ({ units, characteristics }: Pick<Started, 'units' | 'characteristics'>): readonly Place[] =>
  units.flatMap(({ serial }) =>
    characteristics.flatMap(({ characteristicId, values }) =>
      Array.from({ length: values }, (_, i) => ({ serial, characteristicId, index: i + 1 })),
    ),
  );

/** Values that count: of each place the newest attempt. */
export function countingValues({ taken }: Pick<Sample, 'taken'>): ReadonlyMap<string, SampleValue> {
  const replaced = new Set(taken.flatMap(({ replaces }) => replaces?.valueId ?? []));
  return new Map(taken.flatMap((value) => (replaced.has(value.valueId) ? [] : [[valueKey(value), value]])));
}

/** Values that count and cannot be relied on, in the order of the sample. */
export function suspectValues(
  sample: Sample,
  suspectOf: SuspectOf,
): readonly { readonly value: SampleValue; readonly why: Reason }[] {
  const there = countingValues(sample);
  return placesOf(sample).flatMap((place) => {
    const value = there.get(valueKey(place));
    const why = value === undefined ? null : suspectOf(value);
    return value === undefined || why === null ? [] : [{ value, why }];
  });
}

/** What is measured next: a place without a value, or in the place of one that cannot be relied on. */
export interface NextPlace {
  readonly place: Place;
  readonly replaces: { readonly value: SampleValue; readonly why: Reason } | null;
}

/** What is not there yet first, then what cannot be relied on; null: everything is there, or the sample was ended. */
export function nextPlace(sample: Sample, suspectOf: SuspectOf): NextPlace | null {
  if (sample.finished !== null) return null;
  const there = countingValues(sample);
  const place = placesOf(sample).find((each) => !there.has(valueKey(each)));
  if (place !== undefined) return { place, replaces: null };
  const [replaces] = suspectValues(sample, suspectOf);
  return replaces === undefined ? null : { place: replaces.value, replaces };
}
