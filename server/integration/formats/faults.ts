/** Faults in what was sent, made the same way by every format. */
import type { RowFault } from '#contract/integration/words.ts';

/** Where a record or a field of it stands in the text; lines and columns from 1. */
export interface Place {
  readonly line: number | null;
  readonly column: number | null;
}
export const nowhere: Place = { line: null, column: null };

/** A value as it is shown in a fault: cut, and without what would break a line of a log. */
export function shown(value: unknown): string | null {
  if (value === undefined) return null;
  // A number too large for JSON (1e309) is told as it is, not as null.
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '');
  const plain = text.replaceAll(/\p{Cc}/gu, ' ');
  return plain.length > 200 ? `${plain.slice(0, 197)}...` : plain;
}

/** A fault of the whole body or file. */
export const wholeFault = (problem: string, remedy: string, place: Place = nowhere): RowFault => ({
  row: null,
  ...place,
  field: null,
  value: null,
  problem,
  remedy,
});

/** Answers at most this many faults; what is more is counted in one last fault. */
export const maxFaults = 1_000;

export function cutFaults(faults: readonly RowFault[]): readonly RowFault[] {
  if (faults.length <= maxFaults) return faults;
  const rest = faults.length - maxFaults + 1;
  return [
    ...faults.slice(0, maxFaults - 1),
    wholeFault(`${rest} more faults are not listed`, 'Correct the ones above and send it again.'),
  ];
}

/** Finds line and column of offsets in a text; offsets may come in any order. */
export class Lines {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  at(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
