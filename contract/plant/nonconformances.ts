/** Nonconformances over all stations: what was found, what becomes of it, what is found most. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { dispositionKinds, type DispositionKind, type Severity } from '../config/defects.ts';
import type { Localized } from '../config/text.ts';
import { concessionSchema, type Concession, type Photo } from '../events/shared.ts';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { paretoKeys, type NonconformanceStatus, type ParetoView } from '../rpc/nonconformances.ts';
import type { UnitStatus } from '../rpc/units.ts';
import { plantBase, type PlantOutcome } from './base.ts';

export interface PlantNonconformance {
  readonly nonconformanceId: string;
  readonly title: Localized;
  readonly severity: Severity;
  readonly status: NonconformanceStatus;
  readonly lineId: string | null;
  readonly stationId: string;
  readonly operationId: string | null;
  readonly product: { readonly definitionId: string; readonly revision: string; readonly title: Localized } | null;
  /** Of a quantity; null: it is about units. */
  readonly material: { readonly id: string; readonly title: Localized; readonly lot: string | null } | null;
  readonly orderId: string | null;
  readonly placeText: Localized | null;
  readonly quantity: number;
  readonly waiting: number;
  readonly at: number;
  readonly by: string;
  readonly notes: readonly { readonly text: string; readonly at: number; readonly by: string }[];
  /** `here`: the server has it; else it is on its way. */
  readonly photos: readonly (Photo & { readonly here: boolean })[];
  readonly units: readonly {
    readonly serial: string;
    /** null: nothing was heard of it. */
    readonly status: UnitStatus | null;
    readonly disposition: DispositionKind | null;
    readonly reworked: boolean;
    readonly held: boolean;
  }[];
  readonly dispositions: readonly {
    readonly dispositionId: string;
    readonly kind: DispositionKind;
    readonly serials: readonly string[];
    readonly quantity: number;
    /** Pieces for which it counts. */
    readonly counts: number;
    readonly operations: readonly string[];
    readonly reason: string;
    readonly concession: Concession | null;
    readonly at: number;
    readonly by: string;
    readonly stationId: string;
  }[];
  /** For rework, in the order of the routing. */
  readonly operations: readonly { readonly id: string; readonly title: Localized }[];
  readonly proposed: { readonly kind: DispositionKind | null; readonly operations: readonly string[] };
  readonly closedAt: number | null;
}

const id = z.string().min(1).max(64);

export const nonconformances = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Open ones first, then in rework, then the newest. */
  list: plantBase
    .input(pageInput.extend({ open: z.boolean().default(false) }))
    .output(type<Page<PlantNonconformance>>()),
  /** `data:` address; null: the photo has not come yet. */
  photo: plantBase
    .input(z.strictObject({ nonconformanceId: id, sha256: z.string().length(64) }))
    .output(type<{ readonly url: string } | null>()),
  dispose: plantBase
    .input(
      z.strictObject({
        commandId,
        nonconformanceId: id,
        kind: z.enum(dispositionKinds),
        serials: z.array(z.string().min(1).max(128)).max(500).default([]),
        quantity: z.number().int().min(1).max(1_000_000),
        operations: z.array(id).max(50).default([]),
        reason: z.string().trim().max(1_000),
        concession: concessionSchema.nullable().default(null),
      }),
    )
    .output(type<PlantOutcome>()),
  pareto: plantBase
    .input(z.strictObject({ by: z.enum(paretoKeys), days: z.number().int().min(1).max(366).default(30) }))
    .output(type<ParetoView>()),
};
