/** Containments that this station knows of: begun, looked at, lifted. What they hold at other stations the server tells. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import { criterionSchema, type ContainmentPreview, type Criterion } from '../containment.ts';
import type { Outcome } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';
import type { UnitStatus } from './units.ts';

export interface ContainmentRow {
  readonly containmentId: string;
  readonly criterion: Criterion;
  /** Of the lot's material, the definition or the device; null: of none. */
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

/** What a person may have in mind: what was worked with here lately. */
export interface ContainmentOffer {
  /** Newest first, at most 50. */
  readonly offers: readonly {
    readonly criterion: Criterion;
    /** Of the lot's material, the definition or the device; null: of none. */
    readonly title: Localized | null;
    /** Of the last unit. */
    readonly at: number;
  }[];
  /** Whose lots are fitted at the plant: a lot that nobody has seen here yet is typed. */
  readonly materials: readonly { readonly id: string; readonly title: Localized }[];
}
/** What a station offers; a gauge is recalled where it is looked after. */
export const offeredKinds = ['lot', 'operation', 'order', 'device'] as const;

const id = z.string().min(1).max(64);
const words = z.string().trim().max(500);

export const containments = {
  watch: base.output(eventIterator(type<{ readonly revision: number; readonly inForce: number }>())),
  /** In force first, then the newest. */
  list: base
    .input(pageInput.extend({ nonconformanceId: id.nullable().default(null) }))
    .output(type<Page<ContainmentRow>>()),
  /** `since`: from when the window of an operation or a device begins, ms. */
  offer: base.input(z.strictObject({ kind: z.enum(offeredKinds), since: z.number() })).output(type<ContainmentOffer>()),
  /** Of what this station knows. */
  preview: base.input(z.strictObject({ criterion: criterionSchema })).output(type<ContainmentPreview>()),
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
