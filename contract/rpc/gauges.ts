/** The register of gauges as a station sees it: state, calibrations, master checks, condemning, recalls. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { Outcome, Reason } from '../refusal.ts';
import { base, commandId } from './base.ts';
import type { UnitStatus } from './units.ts';

/** The worst that stands against a gauge, else when it is due. */
export type GaugeStanding =
  | 'condemned'
  | 'calibration-failed'
  | 'never-calibrated'
  | 'overdue'
  | 'check-failed'
  | 'check-missing'
  | 'due-soon'
  | 'ready';

export interface GaugeRow {
  readonly gaugeId: string;
  readonly title: Localized;
  readonly type: string;
  readonly unit: string;
  readonly decimals: number;
  readonly standing: GaugeStanding;
  /** UTC ms of the end of the last day; null: not calibrated. */
  readonly dueAt: number | null;
  /** Days from today to the last day; negative: overdue by so many. */
  readonly dueDays: number | null;
  /** The newest master check. */
  readonly check: {
    readonly at: number;
    readonly by: string;
    readonly stationId: string;
    readonly result: 'passed' | 'failed';
    readonly deviation: number;
    readonly tolerance: number;
    readonly unit: string;
    /** Made in the shift that is on. */
    readonly inShift: boolean;
  } | null;
  /** A plan in force asks for a master check in each shift of this type. */
  readonly checkAsked: boolean;
  /** It can be measured with at this station: its device is here, or it has none. */
  readonly here: boolean;
  /** Recalls with units that nobody put into force. */
  readonly openRecalls: number;
}

export interface RecallView {
  readonly recallId: string;
  readonly kind: 'calibration' | 'check' | 'condemned';
  readonly stationId: string;
  readonly since: number | null;
  readonly foundAt: number;
  readonly until: number | null;
  /** null: nobody put it into force yet. */
  readonly inForce: { readonly at: number; readonly by: string } | null;
  /** What this station measured, and of a recall in force what other stations told. */
  readonly units: readonly {
    readonly serial: string;
    /** null: this station knows nothing of it. */
    readonly status: UnitStatus | null;
    readonly stationId: string | null;
    /** By this recall. `coming`: in its run, on hold at its end. */
    readonly hold: 'held' | 'lifted' | 'coming' | 'none';
  }[];
}

export interface GaugeView extends GaugeRow {
  readonly resolution: number;
  readonly uncertainty: { readonly expanded: number; readonly k: number };
  readonly device: {
    readonly id: string;
    readonly title: Localized;
    /** What it says itself; null: it tells none, or is not here. */
    readonly serialNumber: string | null;
  } | null;
  /** Of the register. */
  readonly serialNumber: string | null;
  readonly calibrationDays: number;
  readonly calibration: {
    readonly on: string;
    readonly result: 'passed' | 'failed';
    readonly due: string | null;
    readonly certificate: string;
    readonly asFound: number | null;
    readonly note: string;
    /** null: of the register's text. */
    readonly recorded: { readonly at: number; readonly by: string; readonly stationId: string } | null;
  } | null;
  /** The newest condemning or return. */
  readonly use: {
    readonly condemned: boolean;
    readonly reason: string;
    readonly at: number;
    readonly by: string;
    readonly stationId: string;
  } | null;
  readonly masters: readonly {
    readonly id: string;
    readonly title: Localized;
    readonly value: number;
    readonly tolerance: number;
    readonly readings: number;
  }[];
  readonly recalls: readonly RecallView[];
  /** Today by the plant's calendar, and the day proposed as due after a calibration of today. */
  readonly today: string;
  readonly proposedDue: string;
}

/** A master check under way at this station; it is not kept over a restart of the station. */
export interface CheckView {
  readonly gaugeId: string;
  readonly title: Localized;
  readonly master: {
    readonly id: string;
    readonly title: Localized;
    readonly value: number;
    readonly tolerance: number;
    readonly unit: string;
  };
  readonly decimals: number;
  readonly needed: number;
  readonly readings: readonly { readonly value: number; readonly deviation: number; readonly ok: boolean }[];
  /** How a reading comes: by the gauge's button, taken from its live value, or read off and typed. */
  readonly how: 'pushed' | 'taken' | 'typed';
  /** Of the device; null: read off. */
  readonly tagId: string | null;
  /** Why the newest reading was not taken; null: it was. */
  readonly refused: readonly Reason[] | null;
}

export interface GaugesState {
  readonly revision: number;
  readonly check: CheckView | null;
  /** Gauges of this station that are not ready. */
  readonly troubled: number;
}

const gaugeId = z.string().min(1).max(64);
const words = z.string().trim().min(1).max(500);

export const gauges = {
  watch: base.output(eventIterator(type<GaugesState>())),
  /** Those in trouble first, then by due date. */
  list: base.output(type<readonly GaugeRow[]>()),
  gauge: base.input(z.strictObject({ gaugeId })).output(type<GaugeView | null>()),
  calibrate: base
    .input(
      z.strictObject({
        commandId,
        gaugeId,
        on: z.iso.date(),
        result: z.enum(['passed', 'failed']),
        certificate: z.string().max(200),
        due: z.iso.date(),
        asFound: z.number().nullable(),
        note: z.string().max(500),
      }),
    )
    .output(type<Outcome>()),
  condemn: base.input(z.strictObject({ commandId, gaugeId, reason: words })).output(type<Outcome>()),
  return: base.input(z.strictObject({ commandId, gaugeId, reason: words })).output(type<Outcome>()),
  /** Puts on hold what was measured with it in the time of the recall. */
  recall: base.input(z.strictObject({ commandId, gaugeId, recallId: z.string() })).output(type<Outcome>()),
  /** For the printed list: serial and SVG of it as DataMatrix. */
  recallCodes: base
    .input(z.strictObject({ gaugeId, recallId: z.string() }))
    .output(type<readonly { readonly serial: string; readonly dataMatrix: string }[]>()),
  startCheck: base.input(z.strictObject({ commandId, gaugeId, masterId: z.string() })).output(type<Outcome>()),
  /** `value`: typed off a gauge without a device; null: what the device shows now. */
  takeReading: base.input(z.strictObject({ commandId, value: z.number().nullable() })).output(type<Outcome>()),
  /** Takes the newest reading away, e.g. measured beside the part. */
  dropReading: base.input(z.strictObject({ commandId })).output(type<Outcome>()),
  finishCheck: base.input(z.strictObject({ commandId })).output(type<Outcome>()),
  abandonCheck: base.input(z.strictObject({ commandId })).output(type<Outcome>()),
};
