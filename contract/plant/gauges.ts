/** The register of gauges over all stations: how each stands, when it is due, and what is recalled of it. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { GaugeStanding } from '../rpc/gauges.ts';
import type { UnitStatus } from '../rpc/units.ts';
import { commandId } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';

export interface PlantGaugeRow {
  readonly gaugeId: string;
  readonly title: Localized;
  readonly type: string;
  /** Where its device is; empty: it has none, and may be anywhere. */
  readonly stations: readonly string[];
  /** A master check that is missing in this shift is told where a released plan asks for one. */
  readonly standing: GaugeStanding;
  /** UTC ms of the end of the last day; null: not calibrated. */
  readonly dueAt: number | null;
  readonly dueDays: number | null;
  /** Recalls with units that nobody put into force. */
  readonly openRecalls: number;
}

export interface PlantRecall {
  readonly recallId: string;
  readonly kind: 'calibration' | 'check' | 'condemned';
  readonly stationId: string;
  readonly since: number | null;
  readonly foundAt: number;
  readonly until: number | null;
  readonly inForce: { readonly at: number; readonly by: string; readonly stationId: string } | null;
  /** Measured with it in that time, at stations that the person sees. */
  readonly units: readonly {
    readonly serial: string;
    /** null: nothing was heard of it. */
    readonly status: UnitStatus | null;
    readonly held: boolean;
  }[];
}

export interface PlantGauge extends PlantGaugeRow {
  readonly unit: string;
  readonly decimals: number;
  readonly calibration: {
    readonly on: string;
    readonly result: 'passed' | 'failed';
    readonly certificate: string;
    readonly asFound: number | null;
    /** null: of the register's text. */
    readonly recorded: { readonly at: number; readonly by: string; readonly stationId: string } | null;
  } | null;
  readonly check: {
    readonly at: number;
    readonly by: string;
    readonly stationId: string;
    readonly result: 'passed' | 'failed';
    readonly deviation: number;
    readonly tolerance: number;
  } | null;
  readonly use: {
    readonly condemned: boolean;
    readonly reason: string;
    readonly at: number;
    readonly by: string;
    readonly stationId: string;
  } | null;
  readonly recalls: readonly PlantRecall[];
}

export const gauges = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Those in trouble first, then by due date. */
  list: plantBase.output(type<readonly PlantGaugeRow[]>()),
  /** Puts a recall into force: every unit of it goes on hold, also what is heard of later. */
  recall: plantBase
    .input(z.strictObject({ commandId, gaugeId: z.string().min(1).max(64), recallId: z.string().min(1).max(128) }))
    .output(type<PlantOutcome>()),
  gauge: plantBase.input(z.strictObject({ gaugeId: z.string().min(1).max(64) })).output(type<PlantGauge | null>()),
};
