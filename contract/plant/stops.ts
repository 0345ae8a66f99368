/** Stops of all machines: why they stood, who said so, and what nobody has explained yet. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { idSchema, type Localized } from '../config/text.ts';
import { pageInput, type Page } from '../rpc/base.ts';
import type { WaitsFor } from '../rpc/machines.ts';
import type { StopHistoryEntry, StopPartView, StopRow } from '../rpc/stops.ts';
import { plantBase } from './base.ts';

export interface PlantStopRow extends StopRow {
  readonly stationId: string;
  readonly lineId: string | null;
}
export interface PlantStop extends PlantStopRow {
  readonly partViews: readonly Omit<StopPartView, 'may'>[];
  readonly history: readonly StopHistoryEntry[];
  /** Of a stop that began blocked or starved: the machine that it waited for, as it is known now; else null. */
  readonly waitsFor: WaitsFor | null;
}

export const stops = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Machines that a person may see, to filter by. */
  machines:
    plantBase.output(
      type<readonly { readonly machineId: string; readonly title: Localized; readonly lineId: string | null }[]>(),
    ),
  /** Unexplained ones first, then the newest. */
  list: plantBase
    .input(
      pageInput.extend({
        show: z.enum(['unexplained', 'all']).default('all'),
        lineId: idSchema.nullable().default(null),
        machineId: idSchema.nullable().default(null),
      }),
    )
    .output(type<Page<PlantStopRow>>()),
  get: plantBase.input(z.strictObject({ stopId: z.string().min(1).max(64) })).output(type<PlantStop | null>()),
  /** `data:` address; null: not a photo of this stop, or it has not come yet. */
  photo: plantBase
    .input(z.strictObject({ stopId: z.string().min(1).max(64), sha256: z.string().length(64) }))
    .output(type<{ readonly url: string } | null>()),
};
