/** The newest lines of a device's traffic, bounded, and how many were not shown. */
import type { TrafficLine } from '#contract/rpc/devices.ts';

export interface NumberedLine extends TrafficLine {
  /** Counts up from 1; a stable key for the list. */
  readonly number: number;
}

export const linesKept = 500;

export class TrafficBuffer {
  #lines: readonly NumberedLine[] = [];
  #next = 1;
  #dropped = 0;

  get lines(): readonly NumberedLine[] {
    return this.#lines;
  }
  /** Lines that the station dropped because this screen was too slow for them. Lines older than `linesKept` are not counted. */
  get dropped(): number {
    return this.#dropped;
  }

  add(lines: readonly TrafficLine[], dropped: number): void {
    this.#dropped += dropped;
    const numbered = lines.map((line) => ({ ...line, number: this.#next++ }));
    this.#lines = [...this.#lines, ...numbered].slice(-linesKept);
  }
  clear(): void {
    this.#lines = [];
    this.#dropped = 0;
  }
}

/** "025b" or "02 5b" to upper-case pairs in groups: "02 5B". */
export function hexPairs(hex: string): string {
  return (hex.replaceAll(/\s+/g, '').match(/.{1,2}/g) ?? []).join(' ').toUpperCase();
}
