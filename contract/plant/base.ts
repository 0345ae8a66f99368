/**
 * Rules of every call between the plant view and the server; the same as on a station (contract/rpc/base.ts): what is not
 * allowed is an answer with reasons, thrown errors mean a defect or a lost link, lists say "revision n" and are pulled.
 * Procedures that change something take a `commandId`; the server does one command only once.
 */
import { oc } from '@orpc/contract';

export const plantBase = oc;

/** A refusal of the server: what, where and what to do, as a code with values; `plant_reason_<code>` in the catalogue. */
export interface PlantFault {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | null>>;
  /** Field of the input that is meant, e.g. `rows[3].quantity`; null: the whole. */
  readonly field: string | null;
}
export type PlantOutcome<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly PlantFault[] };

/** Where a fact rests: which instance of which version answers, and how far the projections are behind the streams. */
export interface PlantHealth {
  readonly version: string;
  readonly plantId: string;
  readonly database: 'postgresql' | 'pglite';
  readonly now: number;
  /** Events stored and not yet folded, and since when the oldest of them waits (UTC ms). */
  readonly behind: { readonly events: number; readonly oldestAt: number | null };
}
