/** What the rules of machine time may know (the station's read model). */
import type { BodyOf } from '#contract/events/index.ts';
import type { SliceContext } from '#contract/events/shared.ts';
import type { Slice } from './series.ts';

export interface MachineFacts {
  /** The slice in which an instant lies; null: the machine was not watched yet. */
  sliceAt(machineId: string, at: number): Slice | null;
  /** Slices that touch a window, oldest first. */
  slices(machineId: string, from: number, to: number): readonly Slice[];
  /** null: nothing was ever counted. */
  lastCount(machineId: string): Pick<BodyOf<'pieces.counted'>, 'from' | 'to' | 'counter'> | null;
  doubt(
    doubtId: string,
  ): { readonly machineId: string; readonly seenAt: number | null; readonly seenBy: string } | null;
  /** What runs at this station: the open run, else the newest whose order is still released. */
  running(): SliceContext;
}
