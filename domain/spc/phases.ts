/**
 * Charts by phase: a process that was changed on purpose has new limits from then on (NIST/SEMATECH e-Handbook 6.3.2;
 * AIAG SPC manual, 2nd edition, II B "when to recalculate"). A phase change is an event with a reason; limits and rules never
 * look across one.
 */
import { refused, type Refused } from './reason.ts';

export interface Phase<Basis> {
  /** Index of its first sample; it ends where the next begins. */
  readonly from: number;
  /** Why the limits changed, in the words of who changed them. */
  readonly reason: string;
  /** Frozen or given limits as the chart's own options; nothing: limits from the data of the phase. */
  readonly basis?: Basis;
}

export interface PhaseChart<Basis, Chart> {
  readonly phase: Phase<Basis>;
  /** [from, to) in the whole series: add `from` to an index of the chart. */
  readonly from: number;
  readonly to: number;
  readonly chart: Chart | Refused;
}

/**
 * Each phase charted by itself with `chart`.
 * @param phases in order, the first from 0, each inside the data; an empty list is one phase over everything.
 */
export function chartByPhase<Sample, Basis, Chart>(
  samples: readonly Sample[],
  phases: readonly Phase<Basis>[],
  chart: (samples: readonly Sample[], basis: Basis | undefined) => Chart | Refused,
): readonly PhaseChart<Basis, Chart>[] | Refused {
  const list = phases.length === 0 ? [{ from: 0, reason: '' }] : phases;
  for (const [i, { from }] of list.entries()) {
    const before = list[i - 1];
    const fine =
      Number.isInteger(from) && (before ? from > before.from : from === 0) && from <= Math.max(0, samples.length - 1);
    if (!fine) return refused('spc.phase-order', { phase: i, from, points: samples.length });
  }
  return list.map((phase, i) => {
    const to = list[i + 1]?.from ?? samples.length;
    return { phase, from: phase.from, to, chart: chart(samples.slice(phase.from, to), phase.basis) };
  });
}
