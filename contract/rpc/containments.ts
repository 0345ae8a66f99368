/** Containments that this station knows of: begun, looked at, lifted. What they hold at other stations the server tells. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import { criterionSchema, type Criterion } from '../containment.ts';
import type { Outcome } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';
import type { UnitStatus } from './units.ts';

export interface ContainmentRow {
  readonly containmentId: string;
  readonly criterion: Criterion;
  /** Of the lot's material or the definition; null: of neither. */
  readonly title: Localized | null;
  readonly reason: string;
  readonly nonconformanceId: string | null;
  readonly at: number;
  readonly by: string;
  readonly stationId: string;
  readonly lifted: { readonly at: number; readonly by: string; readonly reason: string } | null;
  /** `waiting`: the server has not heard of it (or of its lifting) yet, other stations follow then. `alone`: there is none. */
  readonly road: 'told' | 'waiting' | 'alone';
  /** Units that were ever put on hold for it: at all stations as far as the server told, else here. */
  readonly held: number;
}

export interface ContainedUnits {
  /** At most 500, by serial. */
  readonly units: readonly {
    readonly serial: string;
    /** null: this station knows nothing of it. */
    readonly status: UnitStatus | null;
    readonly stationId: string | null;
    readonly held: boolean;
  }[];
  readonly more: boolean;
}

const id = z.string().min(1).max(64);
const words = z.string().trim().max(500);

export const containments = {
  watch: base.output(eventIterator(type<{ readonly revision: number; readonly inForce: number }>())),
  /** In force first, then the newest. */
  list: base
    .input(pageInput.extend({ nonconformanceId: id.nullable().default(null) }))
    .output(type<Page<ContainmentRow>>()),
  units: base.input(z.strictObject({ containmentId: id })).output(type<ContainedUnits>()),
  begin: base
    .input(
      z.strictObject({
        commandId,
        criterion: criterionSchema,
        reason: words,
        nonconformanceId: id.nullable().default(null),
      }),
    )
    .output(type<Outcome<{ readonly containmentId: string }>>()),
  lift: base.input(z.strictObject({ commandId, containmentId: id, reason: words })).output(type<Outcome>()),
};
