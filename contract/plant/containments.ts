/** Containments over all stations of the plant: begun, looked at, lifted. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { criterionSchema, type Criterion } from '../containment.ts';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import type { UnitStatus } from '../rpc/units.ts';
import { plantBase, type PlantOutcome } from './base.ts';

export interface PlantContainment {
  readonly containmentId: string;
  readonly criterion: Criterion;
  readonly reason: string;
  readonly nonconformanceId: string | null;
  readonly at: number;
  readonly by: string;
  readonly stationId: string;
  readonly lifted: { readonly at: number; readonly by: string; readonly reason: string } | null;
  /** Units that were ever put on hold for it, over all stations. */
  readonly held: number;
  /** The first 200 of them that the person sees. */
  readonly units: readonly {
    readonly serial: string;
    readonly status: UnitStatus;
    readonly stationId: string | null;
    /** Still on hold by it. */
    readonly held: boolean;
  }[];
}

const id = z.string().min(1).max(64);
const words = z.string().trim().min(1).max(500);

export const containments = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** In force first, then the newest. */
  list: plantBase.input(pageInput).output(type<Page<PlantContainment>>()),
  begin: plantBase
    .input(
      z.strictObject({
        commandId,
        criterion: criterionSchema,
        reason: words,
        nonconformanceId: id.nullable().default(null),
      }),
    )
    .output(type<PlantOutcome>()),
  lift: plantBase.input(z.strictObject({ commandId, containmentId: id, reason: words })).output(type<PlantOutcome>()),
};
