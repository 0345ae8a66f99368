/** Nonconformances that this station knows of: found in two taps, disposed of, contained, counted. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { dispositionKinds, type DispositionKind, type Severity } from '../config/defects.ts';
import type { Localized } from '../config/text.ts';
import type { Criterion } from '../containment.ts';
import { concessionSchema, markSchema, type Concession, type Mark, type Photo } from '../events/shared.ts';
import type { Outcome } from '../refusal.ts';
import { base, commandId, pageInput, photoData, type Page } from './base.ts';
import type { UnitStatus } from './units.ts';

/** A defect as a button; `count`: how often it was found at this operation of the product, by all this station knows. */
export interface DefectChoice {
  readonly id: string;
  readonly title: Localized;
  readonly group: Localized;
  readonly severity: Severity;
  readonly count: number;
  /** Whether the place is asked for. */
  readonly marked: boolean;
}
export interface PictureView {
  readonly id: string;
  readonly title: Localized;
  /** Address for `<img src>`. */
  readonly url: string;
  readonly places: readonly {
    readonly id: string;
    readonly title: Localized;
    readonly x: number;
    readonly y: number;
  }[];
}
/** What the page of capturing shows. */
export interface CaptureView {
  readonly serial: string | null;
  readonly product: { readonly definitionId: string; readonly title: Localized } | null;
  readonly operation: { readonly id: string; readonly title: Localized } | null;
  /** Most frequent first. */
  readonly defects: readonly DefectChoice[];
  readonly pictures: readonly PictureView[];
  /** Components whose lots may be named instead of the unit. */
  readonly materials: readonly {
    readonly materialId: string;
    readonly title: Localized;
    readonly lot: string | null;
  }[];
  /** Nonconformances of the unit that are open. */
  readonly open: readonly { readonly nonconformanceId: string; readonly title: Localized }[];
}

/** `open`: pieces wait for a disposition. `rework`: all disposed of, rework under way. */
export type NonconformanceStatus = 'open' | 'rework' | 'closed';

export interface NonconformanceRow {
  readonly nonconformanceId: string;
  readonly title: Localized;
  readonly severity: Severity;
  readonly status: NonconformanceStatus;
  readonly subject:
    | { readonly kind: 'units'; readonly serials: readonly string[] }
    | { readonly kind: 'quantity'; readonly material: string; readonly title: Localized; readonly lot: string | null };
  /** Pieces, and how many of them wait for a disposition. */
  readonly quantity: number;
  readonly waiting: number;
  readonly stationId: string;
  readonly operationId: string | null;
  readonly at: number;
  readonly by: string;
}

export interface DispositionView {
  readonly dispositionId: string;
  readonly kind: DispositionKind;
  readonly serials: readonly string[];
  readonly quantity: number;
  /** Pieces for which it counts: another station disposed of the rest at the same time, and the stricter counts. */
  readonly counts: number;
  readonly operations: readonly { readonly id: string; readonly title: Localized }[];
  readonly reason: string;
  readonly concession: Concession | null;
  readonly at: number;
  readonly by: string;
  readonly stationId: string;
  /** Of a quantity that is reworked or repaired: whether somebody said that it is done; null: nothing to be done. */
  readonly done: boolean | null;
}

export interface NonconformanceView extends NonconformanceRow {
  readonly defectId: string;
  readonly group: Localized | null;
  readonly product: { readonly definitionId: string; readonly revision: string; readonly title: Localized } | null;
  readonly orderId: string | null;
  readonly operationTitle: Localized | null;
  readonly mark: (Mark & { readonly picture: string; readonly placeText: Localized | null }) | null;
  readonly picture: PictureView | null;
  readonly notes: readonly { readonly text: string; readonly at: number; readonly by: string }[];
  readonly photos: readonly (Photo & { readonly at: number; readonly by: string })[];
  readonly units: readonly {
    readonly serial: string;
    /** null: this station knows nothing of it. */
    readonly status: UnitStatus | null;
    readonly stationId: string | null;
    /** The one that counts; null: it waits for one. */
    readonly disposition: DispositionKind | null;
    readonly dispositionId: string | null;
    /** Rework or repair: its operations passed again. */
    readonly reworked: boolean;
    readonly hold: 'held' | 'coming' | 'lifted' | 'none';
    /** Of each operation how often it was ordered again, and whether one more is beyond the limit. */
    readonly reworks: readonly { readonly operationId: string; readonly done: number; readonly beyond: boolean }[];
  }[];
  readonly dispositions: readonly DispositionView[];
  readonly limit: number;
  readonly proposed: { readonly kind: DispositionKind | null; readonly operations: readonly string[] };
  /** Operations that rework can name, in the order of the routing. */
  readonly operations: readonly { readonly id: string; readonly title: Localized }[];
  readonly closedAt: number | null;
}

/** Why a unit may have the same defect. */
export const containmentBases = ['operation', 'order', 'lot'] as const;
export type ContainmentBasis = (typeof containmentBases)[number];
export interface ContainmentView {
  readonly basis: ContainmentBasis;
  /** Lots of components that the affected units hold, to choose from. */
  readonly lots: readonly { readonly materialId: string; readonly title: Localized; readonly lot: string }[];
  /** Newest first; at most 500. */
  readonly units: readonly {
    readonly serial: string;
    readonly status: UnitStatus;
    readonly stationId: string | null;
    readonly at: number | null;
  }[];
  readonly more: boolean;
  /** What a containment of all of these says; null: it cannot be told. */
  readonly criterion: Criterion | null;
}

/** One line of a printed list: SVG of the serial as DataMatrix. */
export interface UnitCode {
  readonly serial: string;
  readonly dataMatrix: string;
}

export const paretoKeys = ['defect', 'station', 'product'] as const;
export type ParetoKey = (typeof paretoKeys)[number];
export interface ParetoBar {
  readonly key: string;
  readonly title: Localized;
  /** Pieces. */
  readonly count: number;
}
export interface ParetoView {
  readonly by: ParetoKey;
  readonly fromAt: number;
  readonly toAt: number;
  /** Most first. */
  readonly bars: readonly ParetoBar[];
  readonly total: number;
}

const id = z.string().min(1).max(64);
const serial = z.string().min(1).max(128);
const serials = z.array(serial).max(500);
const words = z.string().trim().max(1_000);
const pieces = z.number().int().min(1).max(1_000_000);

export const subjectInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('units'), serials: serials.min(1) }),
  z.strictObject({
    kind: z.literal('quantity'),
    materialId: id,
    lot: z.string().min(1).max(64).nullable(),
    quantity: pieces,
  }),
]);

export const nonconformances = {
  watch: base.output(eventIterator(type<{ readonly revision: number; readonly open: number }>())),
  /** `serial` null: the unit in work here, or none. */
  capture: base.input(z.strictObject({ serial: serial.nullable() })).output(type<CaptureView>()),
  record: base
    .input(
      z.strictObject({
        commandId,
        defectId: id,
        subject: subjectInput,
        mark: markSchema.omit({ placeId: true }).nullable(),
        note: words.default(''),
      }),
    )
    .output(type<Outcome<{ readonly nonconformanceId: string }>>()),
  amend: base
    .input(
      z.strictObject({
        commandId,
        nonconformanceId: id,
        note: words.default(''),
        quantity: pieces.nullable().default(null),
        serials: serials.default([]),
      }),
    )
    .output(type<Outcome>()),
  addPhoto: base.input(z.strictObject({ commandId, nonconformanceId: id, data: photoData })).output(type<Outcome>()),
  /** `data:` address; null: the photo is not at this station. */
  photo: base.input(z.strictObject({ sha256: z.string().length(64) })).output(type<{ readonly url: string } | null>()),
  list: base
    .input(
      pageInput.extend({
        show: z.enum(['open', 'mine', 'all']).default('open'),
        definitionId: id.nullable().default(null),
        serial: serial.nullable().default(null),
      }),
    )
    .output(type<Page<NonconformanceRow>>()),
  products: base.output(type<readonly { readonly definitionId: string; readonly title: Localized }[]>()),
  get: base.input(z.strictObject({ nonconformanceId: id })).output(type<NonconformanceView | null>()),
  dispose: base
    .input(
      z.strictObject({
        commandId,
        nonconformanceId: id,
        kind: z.enum(dispositionKinds),
        serials: serials.default([]),
        quantity: pieces,
        operations: z.array(id).max(50).default([]),
        reason: words,
        concession: concessionSchema.nullable().default(null),
      }),
    )
    .output(type<Outcome>()),
  /** Of a quantity. */
  reworkDone: base
    .input(z.strictObject({ commandId, nonconformanceId: id, dispositionId: id, note: words.default('') }))
    .output(type<Outcome>()),
  containment: base
    .input(
      z.strictObject({
        nonconformanceId: id,
        basis: z.enum(containmentBases),
        /** Of `operation`: passed since; null: since the day before it was found. */
        sinceAt: z.number().nullable().default(null),
        /** Of `lot`; null: the first. */
        materialId: id.nullable().default(null),
        lot: z.string().nullable().default(null),
      }),
    )
    .output(type<ContainmentView | null>()),
  codes: base.input(z.strictObject({ serials })).output(type<readonly UnitCode[]>()),
  pareto: base
    .input(
      z.strictObject({
        by: z.enum(paretoKeys),
        days: z.number().int().min(1).max(366).default(30),
        definitionId: id.nullable().default(null),
      }),
    )
    .output(type<ParetoView>()),
};
