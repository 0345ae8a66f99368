/** One change by somebody, inside its transaction: who, when, what they may, and the audit row. */
import type { PlantRight } from '#contract/plant/roles.ts';
import type { Queries } from './db/db.ts';

export interface Act {
  readonly tx: Queries;
  readonly caller: { readonly accountId: string; readonly name: string };
  /** UTC ms. */
  readonly at: number;
  /** @throws a refusal unless the caller has the right there; null: for the whole plant. */
  need(right: PlantRight, lineId: string | null): void;
  audit(entries: ActEntry | readonly ActEntry[]): Promise<void>;
}
export interface ActEntry {
  readonly what: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  /** Lines that it is about; empty: the whole plant. Left out: those that a right was asked for. */
  readonly lines?: readonly string[];
}
