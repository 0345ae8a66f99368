/** Numbers for (quality, status) pairs; there are a few dozen of them, and every sample carries one. */
import type { Quality } from '#contract/reading.ts';
import { statusBits } from './samples.ts';

export interface StatusRow {
  readonly key: number;
  readonly quality: Quality;
  readonly status: string;
}

/** Kept instead of a status when a device invents more of them than there are numbers. */
const overflow = 'StatusNotKept';

export class Statuses {
  readonly #rows: StatusRow[] = [];
  readonly #keys: Readonly<Record<Quality, Map<string, number>>> = {
    good: new Map(),
    uncertain: new Map(),
    bad: new Map(),
  };
  #saved = 0;

  constructor(rows: readonly StatusRow[]) {
    for (const row of rows) this.#add(row.quality, row.status);
    this.#saved = this.#rows.length;
    for (const quality of ['good', 'uncertain', 'bad'] as const) this.key(quality, overflow);
  }

  key(quality: Quality, status: string): number {
    return this.#keys[quality].get(status) ?? this.#new(quality, status);
  }

  of(key: number): { readonly quality: Quality; readonly status: string } {
    const row = this.#rows[key];
    return row ? { quality: row.quality, status: row.status } : { quality: 'bad', status: overflow };
  }

  isBad(key: number): boolean {
    return this.#rows[key]?.quality !== 'good' && this.#rows[key]?.quality !== 'uncertain';
  }

  /** Those that are not in the file yet. */
  get unsaved(): readonly StatusRow[] {
    return this.#rows.slice(this.#saved);
  }

  saved(): void {
    this.#saved = this.#rows.length;
  }

  #new(quality: Quality, status: string): number {
    if (this.#rows.length > statusBits) return this.#keys[quality].get(overflow) ?? 0;
    return this.#add(quality, status);
  }

  #add(quality: Quality, status: string): number {
    const key = this.#rows.length;
    this.#rows.push({ key, quality, status });
    this.#keys[quality].set(status, key);
    return key;
  }
}
