/** Units of the whole plant, and the contradictions about them that a person has to settle. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Actor } from '../envelope.ts';
import type { Passport } from '../passport.ts';
import type { UnitStatus } from '../rpc/units.ts';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';

export interface PlantUnitRow {
  readonly serial: string;
  readonly orderId: string;
  readonly materialId: string;
  readonly status: UnitStatus;
  /** Where it is in work or was seen last. */
  readonly stationId: string | null;
  readonly changedAt: number;
  /** By which identifier it was found, e.g. a component serial or lot; null: by its own. */
  readonly foundBy: { readonly kind: 'component' | 'lot' | 'order'; readonly value: string } | null;
  readonly openCases: number;
}
export interface PlantFact {
  readonly stationId: string;
  readonly epoch: string;
  readonly branch: string;
  readonly seq: number;
  readonly at: number;
  readonly receivedAt: number;
  readonly type: string;
  readonly by: Actor;
  /** The body as recorded. */
  readonly body: unknown;
}
export interface PlantUnit extends PlantUnitRow {
  readonly passport: Passport;
  readonly components: readonly {
    readonly bomLine: string;
    readonly materialId: string;
    readonly lot: string | null;
    readonly serial: string | null;
    readonly at: number;
    readonly removed: boolean;
  }[];
  readonly cases: readonly PlantCase[];
}

/**
 * `built-twice`: an operation passed in two executions that overlap or followed unseen. `held-meanwhile`: worked on at a
 * station after it was put on hold at another. `scrapped-meanwhile`, `created-twice`, `out-of-order`, `in-work-twice`,
 * `fork`: as named.
 */
export const caseKinds = [
  'built-twice',
  'held-meanwhile',
  'scrapped-meanwhile',
  'created-twice',
  'out-of-order',
  'in-work-twice',
] as const;
export type CaseKind = (typeof caseKinds)[number];
export interface PlantCase {
  readonly caseId: string;
  readonly kind: CaseKind;
  readonly serial: string;
  readonly openedAt: number;
  /** Values it was judged on: operation, executions, stations, instants. */
  readonly details: Readonly<Record<string, string | number | null>>;
  readonly closed: { readonly at: number; readonly by: string; readonly note: string } | null;
}

export const units = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** By any identifier: serial, component serial, lot, order; exact matches first. */
  search: plantBase
    .input(pageInput.extend({ query: z.string().max(128).default('') }))
    .output(type<Page<PlantUnitRow>>()),
  get: plantBase.input(z.strictObject({ serial: z.string() })).output(type<PlantUnit | null>()),
  facts: plantBase.input(pageInput.extend({ serial: z.string() })).output(type<Page<PlantFact>>()),
  hold: plantBase
    .input(z.strictObject({ commandId, serial: z.string(), reason: z.string().min(1).max(500) }))
    .output(type<PlantOutcome>()),
  liftHold: plantBase
    .input(z.strictObject({ commandId, serial: z.string(), holdId: z.string(), reason: z.string().min(1).max(500) }))
    .output(type<PlantOutcome>()),
  cases: plantBase.input(pageInput.extend({ open: z.boolean().default(true) })).output(type<Page<PlantCase>>()),
  closeCase: plantBase
    .input(z.strictObject({ commandId, caseId: z.string(), note: z.string().min(1).max(1_000) }))
    .output(type<PlantOutcome>()),
};
