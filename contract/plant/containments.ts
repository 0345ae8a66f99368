/** Containments over all stations of the plant: begun, looked at, lifted. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import { criterionSchema, type ContainmentPreview, type Criterion } from '../containment.ts';
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

interface Named {
  readonly id: string;
  readonly title: Localized;
}
/** What can be contained, for a form to offer: what is configured, and what was heard of lately. Anything else may be typed. */
export interface ContainmentChoices {
  readonly materials: readonly Named[];
  /** Newest first. */
  readonly lots: readonly { readonly materialId: string; readonly lot: string }[];
  /** Newest first. */
  readonly orders: readonly string[];
  readonly definitions: readonly (Named & { readonly operations: readonly Named[] })[];
  readonly stations: readonly Named[];
  readonly gauges: readonly Named[];
  /** Configured at these stations, or heard of there; none: not at those that the person may hold at. */
  readonly devices: readonly (Named & {
    readonly stations: readonly string[];
    /** The person may hold at all stations that have it. */
    readonly everywhere: boolean;
    /** Of the register, that this device is; null: it is none. */
    readonly gaugeId: string | null;
  })[];
}

const id = z.string().min(1).max(64);
const words = z.string().trim().min(1).max(500);

export const containments = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** In force first, then the newest. */
  list: plantBase.input(pageInput).output(type<Page<PlantContainment>>()),
  choices: plantBase.output(type<ContainmentChoices>()),
  /** As the person sees it. Refused like `begin`: what is not known cannot be contained. */
  preview: plantBase
    .input(z.strictObject({ criterion: criterionSchema }))
    .output(type<PlantOutcome<ContainmentPreview>>()),
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
