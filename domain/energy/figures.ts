/** Figures made of attributed energy: mean power by quarters of an hour. */
import { attribute, type Slice } from './attribute.ts';
import type { Span } from './counter.ts';

const quarterMs = 900_000;

export interface Quarter {
  /** UTC ms of its beginning: a full quarter of an hour in every time zone in use. */
  readonly from: number;
  readonly steps: number;
  /** Mean power in steps per hour. */
  readonly perHour: number;
  /** Whether the counter tells of the whole quarter; of another one the power is only a lower bound. */
  readonly whole: boolean;
}

/** Mean power by quarters of an hour, by which suppliers bill peaks. Quarters that the spans only touch are not whole. */
export function quarters(spans: readonly Span[]): readonly Quarter[] {
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return [];
  const slices: Slice[] = [];
  for (let from = Math.floor(first.from / quarterMs) * quarterMs; from < last.to; from += quarterMs) {
    slices.push({ from, to: from + quarterMs });
  }
  return attribute(spans, slices).slices.map(({ slice, steps, knownMs }) => {
    return { from: slice.from, steps, perHour: steps * 4, whole: knownMs === quarterMs };
  });
}

/** The whole quarter with the highest mean power, the first of equal ones; null where none is whole. */
export function peak(all: readonly Quarter[]): Quarter | null {
  return all.reduce<Quarter | null>(
    (most, one) => (one.whole && (most === null || one.steps > most.steps) ? one : most),
    null,
  );
}
