/**
 * Figures made of attributed energy. Energy per piece is near to "comprehensive energy consumption" of ISO 22400-2:2014
 * (energy of a production cycle over its produced quantity); here it is per *good* piece, as field-guide section 25 asks,
 * so it has a name of its own. ISO 20140-1 tells energy that adds value from the rest; `idleWaste` is the part of the
 * rest that a machine takes while it waits.
 */
import { attribute, type Slice, type Used } from './attribute.ts';
import { inUnit, type Span } from './counter.ts';

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

export interface IdleWaste {
  /** Used while the machine was on and waited. */
  readonly steps: number;
  readonly idleMs: number;
  /** The part of all energy that could be attributed, 0 to 1; null where there was none. */
  readonly share: number | null;
}

/** @param isIdle whether a slice's state is one in which the machine makes nothing and is not switched off. */
export function idleWaste<S extends Slice>(used: readonly Used<S>[], isIdle: (slice: S) => boolean): IdleWaste {
  let [steps, idleMs, all] = [0, 0, 0];
  for (const one of used) {
    all += one.steps;
    if (!isIdle(one.slice)) continue;
    steps += one.steps;
    idleMs += one.slice.to - one.slice.from;
  }
  return { steps, idleMs, share: all === 0 ? null : steps / all };
}

/** Energy per good piece, in the counter's unit; null where no good piece was made. */
export function perGoodPiece(steps: number, step: number, goodPieces: number): number | null {
  return goodPieces > 0 ? inUnit(steps, step) / goodPieces : null;
}
