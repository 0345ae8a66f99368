import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { Entry, ReadingFact, Verdict } from '../events/shared.ts';
import type { Outcome, Reason } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';

export type UnitStatus = 'waiting' | 'in-work' | 'held' | 'scrapped' | 'done';
export interface UnitRow {
  readonly serial: string;
  readonly orderId: string;
  readonly material: string;
  readonly status: UnitStatus;
  readonly changedAt: number;
  /** Where it is in work, else where something of it passed last; null: not told. */
  readonly stationId: string | null;
  /** UTC ms when the server last told of it; null: never. */
  readonly heardAt: number | null;
  /** This station has recorded something of it; else it is only known from elsewhere. */
  readonly here: boolean;
}
/** A label passport (domain/units/label-passport.ts), ready to print. */
export interface UnitLabel {
  readonly serial: string;
  readonly material: { readonly id: string; readonly title: Localized };
  readonly orderId: string;
  readonly stationId: string;
  readonly issuedAt: number;
  /** Operations that it vouches for. */
  readonly passed: readonly string[];
  readonly completed: boolean;
  /** Operations that were ordered again and wait for it. */
  readonly rework: readonly string[];
  /** What the codes say. */
  readonly text: string;
  /** SVG. */
  readonly dataMatrix: string;
  readonly qr: string;
}
/** One line of a unit's history: an event of the log, with who and where it is kept. */
export interface HistoryEntry {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly by: { readonly kind: 'person' | 'device' | 'system' | 'import'; readonly name: string };
  readonly operationId: string | null;
  readonly stepId: string | null;
  readonly stepTitle: Localized | null;
  /** `server`: acknowledged by it, and here. */
  readonly where: 'station' | 'server';
  readonly detail:
    | { readonly kind: 'none' }
    | {
        readonly kind: 'measurement';
        readonly title: Localized;
        readonly reading: ReadingFact;
        readonly decimals: number;
        readonly lower: number | null;
        readonly upper: number | null;
        readonly verdict: Verdict;
        readonly gaugeId: string | null;
      }
    | {
        readonly kind: 'component';
        readonly material: string;
        readonly title: Localized;
        readonly lot: string | null;
        readonly serial: string | null;
        readonly entry: Entry;
      }
    | { readonly kind: 'reasons'; readonly reasons: readonly Reason[] }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'localized'; readonly text: Localized };
}
export interface UnitDetail extends UnitRow {
  readonly materialTitle: Localized;
  readonly definition: { readonly id: string; readonly revision: string; readonly title: Localized };
  readonly operations: readonly {
    readonly id: string;
    readonly title: Localized;
    readonly status: 'open' | 'in-work' | 'passed';
    readonly stations: readonly string[];
    /** Where it passed or is in work. */
    readonly stationId: string | null;
    readonly at: number | null;
    readonly attempts: number;
    /** How often it was ordered again. */
    readonly reworks: number;
  }[];
  readonly holds: readonly {
    readonly holdId: string;
    /** What a person wrote, or the title of the step that failed. */
    readonly reason: string | Localized;
    readonly at: number;
    readonly by: string;
    readonly liftedAt: number | null;
    readonly liftedBy: string | null;
  }[];
  /** It is used as it is under these, for ever. */
  readonly concessions: readonly {
    readonly number: string;
    readonly title: Localized;
    readonly expiresAt: number | null;
    readonly at: number;
    readonly by: string;
  }[];
  /** Open contradictions; nothing goes on here until a person has closed them on the plant view. */
  readonly cases: readonly { readonly caseId: string; readonly kind: string; readonly openedAt: number }[];
  readonly components: readonly {
    readonly bomLine: string;
    readonly material: string;
    readonly title: Localized;
    readonly lot: string | null;
    readonly serial: string | null;
    readonly at: number;
  }[];
  /** `server`: everything known here of the unit is on the server too. */
  readonly where: 'station' | 'server';
}

export const units = {
  watch: base.output(eventIterator(type<{ readonly revision: number }>())),
  /** `query` finds serials, component serials, lots and order numbers that contain it. */
  list: base.input(pageInput.extend({ query: z.string().max(128).default('') })).output(type<Page<UnitRow>>()),
  get: base.input(z.strictObject({ serial: z.string() })).output(type<UnitDetail | null>()),
  history: base.input(pageInput.extend({ serial: z.string() })).output(type<Page<HistoryEntry>>()),
  /** The label of the unit as it is now. */
  label: base.input(z.strictObject({ serial: z.string() })).output(type<Outcome<UnitLabel>>()),
  hold: base
    .input(z.strictObject({ commandId, serial: z.string(), reason: z.string().min(1).max(500) }))
    .output(type<Outcome>()),
  liftHold: base
    .input(z.strictObject({ commandId, serial: z.string(), reason: z.string().min(1).max(500) }))
    .output(type<Outcome>()),
  scrap: base
    .input(z.strictObject({ commandId, serial: z.string(), reason: z.string().min(1).max(500) }))
    .output(type<Outcome>()),
};
