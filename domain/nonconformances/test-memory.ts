/** Nonconformances folded in memory: the tests of the rules. */
import type { Happened } from '#domain/happened.ts';
import type { NonconformanceFacts } from './facts.ts';
import {
  evolveNonconformance,
  isRecorded,
  serialsOf,
  shares,
  type Nonconformance,
  type NonconformancePart,
} from './nonconformance.ts';

export class NonconformanceMemory implements NonconformanceFacts {
  readonly all = new Map<string, NonconformancePart>();

  fold(event: Happened): void {
    const { nonconformanceId } = event.body as { readonly nonconformanceId?: string };
    if (nonconformanceId === undefined) return;
    const after = evolveNonconformance(this.all.get(nonconformanceId) ?? null, event);
    if (after !== null) this.all.set(nonconformanceId, after);
  }

  readonly find = (id: string): NonconformancePart | null => this.all.get(id) ?? null;
  readonly own = this.find;
  readonly on = (serial: string): readonly Nonconformance[] =>
    [...this.all.values()].filter(isRecorded).filter((nc) => serialsOf(nc).includes(serial));
  readonly conceded = (number: string): number =>
    [...this.all.values()].filter(isRecorded).reduce((sum, nc) => sum + concededBy(nc, number), 0);
}

/** Pieces of one nonconformance under a concession of this number. */
function concededBy(nc: Nonconformance, number: string): number {
  const counts = shares(nc);
  return nc.disposed
    .filter(({ concession }) => concession?.number === number)
    .reduce((sum, { dispositionId }) => sum + (counts.get(dispositionId) ?? 0), 0);
}
