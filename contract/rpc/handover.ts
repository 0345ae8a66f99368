/** Handing over a shift at this station: what the station says of it by itself, signed by two badges. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import type { BodyOf } from '../events/index.ts';
import type { Outcome } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';

type Written = BodyOf<'handover.written'>;
export type OpenItem = Written['open'][number];

/** What was made in a shift, and the energy it took in kWh, by name; null: not known. */
export const figureNames = [
  'passed',
  'stopped',
  'nonconforming',
  'scrapped',
  'produced',
  'scrap',
  'oee',
  'energy',
  'energyPerGood',
  'energyIdle',
] as const;
export type FigureName = (typeof figureNames)[number];

/** A shift as it stands now, before anybody signed it. */
export interface ShiftDraft {
  readonly shift: string;
  /** null: no shift is on, or the plant has none. */
  readonly title: Localized | null;
  readonly from: number;
  readonly to: number;
  /** UTC ms when the shift ends; null: the plant has no shifts. */
  readonly endsAt: number | null;
  readonly open: readonly OpenItem[];
  readonly figures: Written['figures'];
}

export interface HandoverView extends Omit<ShiftDraft, 'endsAt'> {
  readonly handoverId: string;
  readonly stationId: string;
  readonly note: string;
  readonly writtenAt: number;
  readonly writtenBy: string;
  readonly taken: { readonly at: number; readonly by: string; readonly note: string } | null;
}

export interface HandoverState {
  readonly revision: number;
  readonly draft: ShiftDraft;
  /** Written and not taken, newest first. */
  readonly waiting: readonly HandoverView[];
}

const handoverId = z.string().min(1).max(64);
const words = z.string().trim().max(2_000).default('');

export const handover = {
  /** Also as time goes on: at least every 10 s. */
  watch: base.output(eventIterator(type<HandoverState>())),
  /** Newest first. */
  list: base.input(pageInput).output(type<Page<HandoverView>>()),
  get: base.input(z.strictObject({ handoverId })).output(type<HandoverView | null>()),
  /** Signed by whoever is signed in: the first badge. */
  write: base
    .input(z.strictObject({ commandId, note: words }))
    .output(type<Outcome<{ readonly handoverId: string }>>()),
  /** The second badge. */
  take: base.input(z.strictObject({ commandId, handoverId, note: words })).output(type<Outcome>()),
};
