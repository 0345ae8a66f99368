/**
 * The state slices of a machine: one series without gap or overlap. What is kept are beginnings, so that it cannot be
 * otherwise: each slice ends where the next begins. Whoever keeps them (memory, the station's SQLite, the server's
 * PostgreSQL) makes the same `editOf` of a fact.
 */
import type { BodyOf } from '#contract/events/index.ts';
import type { SliceContext } from '#contract/events/shared.ts';
import type { MachineState } from '#contract/machine-state.ts';

/** Where a slice begins; instants are whole UTC ms. */
export interface Beginning {
  readonly beganAt: number;
  readonly state: MachineState;
  readonly told: string | null;
  readonly alarm: string | null;
  readonly context: SliceContext;
  /** Why it is told otherwise than at the time; null: as it was told then. */
  readonly restated: 'late-values' | 'by-hand' | null;
}

export interface Slice extends Beginning {
  readonly machineId: string;
  /** null: it is under way. */
  readonly endAt: number | null;
}

export type SliceFact =
  | { readonly type: 'slice.begun'; readonly body: BodyOf<'slice.begun'> }
  | { readonly type: 'slices.restated'; readonly body: BodyOf<'slices.restated'> };

/** Every beginning in `from` to `to` (outside) goes, then `put` comes, each in the place of one at the same instant. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  /** Oldest first. */
  readonly put: readonly Beginning[];
}

/** Working is what no stop is made of. */
export const isWorking = (state: MachineState): boolean => state === 'producing' || state === 'setup';

export const noContext: SliceContext = { orderId: null, definitionId: null, operationId: null };
export const unknownSince = (beganAt: number): Beginning => ({
  beganAt,
  state: 'no-data',
  told: null,
  alarm: null,
  context: noContext,
  restated: null,
});

/** @param inForce the newest beginning at or before an instant; null: the machine was not watched yet */
export function editOf(fact: SliceFact, inForce: (at: number) => Beginning | null): Edit {
  if (fact.type === 'slice.begun') {
    const { state, told, alarm, context } = fact.body;
    const beganAt = Math.trunc(fact.body.beganAt);
    return { from: beganAt, to: beganAt + 1, put: [{ beganAt, state, told, alarm, context, restated: null }] };
  }
  const { slices, reason } = fact.body;
  const from = Math.trunc(fact.body.from);
  const to = Math.max(Math.trunc(fact.body.to), from);
  if (to === from) return { from, to, put: [] };
  const put = new Map<number, Beginning>();
  for (const [index, { beganAt, state, told, alarm, context }] of slices.entries()) {
    // The first begins the stretch whatever it says; one outside would leave the stretch.
    const at = index === 0 ? from : Math.trunc(beganAt);
    if (at >= from && at < to) put.set(at, { beganAt: at, state, told, alarm, context, restated: reason });
  }
  const after = inForce(to);
  // What went on at its end goes on.
  if (after?.beganAt !== to) put.set(to, after === null ? unknownSince(to) : { ...after, beganAt: to });
  return { from, to, put: [...put.values()].sort((a, b) => a.beganAt - b.beganAt) };
}

/** @param series oldest first */
export function inForceAt(series: readonly Beginning[], at: number): Beginning | null {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((series[middle]?.beganAt ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return series[low - 1] ?? null;
}

/** Folds a fact into the beginnings of its machine, oldest first. */
export function evolveSeries(series: readonly Beginning[], fact: SliceFact): readonly Beginning[] {
  const { from, to, put } = editOf(fact, (at) => inForceAt(series, at));
  const instants = new Set(put.map(({ beganAt }) => beganAt));
  const kept = series.filter(({ beganAt }) => (beganAt < from || beganAt >= to) && !instants.has(beganAt));
  return [...kept, ...put].sort((a, b) => a.beganAt - b.beganAt);
}

/** @param series oldest first, of one machine; the last slice is under way */
export const slicesOf = (machineId: string, series: readonly Beginning[]): readonly Slice[] =>
  series.map((one, index) => ({ ...one, machineId, endAt: series[index + 1]?.beganAt ?? null }));

/**
 * Cuts slices to a window that they then tile exactly: before the machine was watched nobody knows.
 * @param slices those that touch the window, oldest first
 * @param from UTC ms
 * @param to UTC ms, outside
 */
export function tile(machineId: string, slices: readonly Slice[], from: number, to: number): readonly Ended[] {
  const tiles: Ended[] = [];
  let at = from;
  for (const slice of slices) {
    const beganAt = Math.max(slice.beganAt, from);
    const endAt = Math.min(slice.endAt ?? to, to);
    if (endAt <= at || beganAt >= to) continue;
    if (beganAt > at) tiles.push({ ...unknownSince(at), machineId, endAt: beganAt });
    tiles.push({ ...slice, beganAt, endAt });
    at = endAt;
  }
  if (at < to) tiles.push({ ...unknownSince(at), machineId, endAt: to });
  return tiles;
}

/** A slice with an end. */
export type Ended = Slice & { readonly endAt: number };
