/** What the rules of nonconformances may know: everything comes in by these questions (the station's read model). */
import type { Nonconformance, NonconformancePart } from './nonconformance.ts';

export interface NonconformanceFacts {
  /** Of this log and of the server. */
  find(nonconformanceId: string): NonconformancePart | null;
  /** What this log alone says. */
  own(nonconformanceId: string): NonconformancePart | null;
  /** Those that a unit is in, open or closed. */
  on(serial: string): readonly Nonconformance[];
  /** Pieces that were let through under a concession of this number, by all that is known. */
  conceded(number: string): number;
}
