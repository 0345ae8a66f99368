/** Control charts over all stations, and their signals: what is locked, what is suspect, what was done about it. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { FiredRule } from '../events/shared.ts';
import { pageInput, type Page } from '../rpc/base.ts';
import { chartKeySchema, type ChartRow, type ChartView, type StoredRecord } from '../rpc/control.ts';
import type { UnitStatus } from '../rpc/units.ts';
import { plantBase } from './base.ts';

export interface PlantSignal {
  readonly signalId: string;
  readonly chart: ChartRow['chart'];
  readonly title: Localized;
  readonly lineId: string | null;
  /** The station it is about, and the one that found it. */
  readonly stationId: string;
  readonly toldBy: string;
  readonly operationId: string;
  readonly raisedAt: number;
  readonly rules: readonly FiredRule[];
  readonly steps: { readonly done: number; readonly total: number };
  readonly closed: {
    readonly at: number;
    readonly by: string;
    readonly cause: Localized;
    readonly note: string;
  } | null;
  /** The suspect window: what the finder named, and what the plant added. */
  readonly units: readonly {
    readonly serial: string;
    /** null: nothing was heard of it. */
    readonly status: UnitStatus | null;
    readonly held: boolean;
  }[];
}

export interface PlantChartRow extends ChartRow {
  readonly lineId: string | null;
}

/** A page of a chart, points of all stations that measured, by the clock of the station that told them. */
export interface PlantChartView extends ChartView {
  readonly lineId: string | null;
  /** Of each shown point: the station that measured. */
  readonly measuredAt: readonly string[];
  /** `before` of the page of older points; null: there are none. */
  readonly earlier: string | null;
}

/** Points of a stretch of time, as what is seen of them from afar. */
export interface ChartColumn {
  readonly points: number;
  /** Of the first plot; null: none of them has a value. */
  readonly least: number | null;
  readonly greatest: number | null;
  readonly from: number;
  readonly to: number;
  /** `before` of the page that ends with them. */
  readonly page: string;
}

export const control = {
  /** Charts of the plans in force, by process station. */
  charts: plantBase.output(type<readonly PlantChartRow[]>()),
  chart: plantBase
    .input(
      z.strictObject({
        chart: chartKeySchema,
        limit: z.number().int().min(1).max(2_000).default(500),
        /** Of a page or a column; null: the newest. */
        before: z.string().max(200).nullable().default(null),
      }),
    )
    .output(type<PlantChartView | null>()),
  /** The whole chart in at most `columns` stretches of equal time; stretches without points are left out. */
  overview: plantBase
    .input(z.strictObject({ chart: chartKeySchema, columns: z.number().int().min(10).max(2_000) }))
    .output(type<readonly ChartColumn[]>()),
  /** Facts of all stations that a point rests on, and the point itself; empty: no such point, or not for this person. */
  records: plantBase.input(z.strictObject({ pointId: z.string() })).output(type<readonly StoredRecord[]>()),
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Open ones first, then the newest. */
  signals: plantBase.input(pageInput).output(type<Page<PlantSignal>>()),
};
