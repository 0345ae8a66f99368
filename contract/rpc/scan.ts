import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Refusal } from '../refusal.ts';
import { base } from './base.ts';

export const scanKinds = ['badge', 'order', 'unit', 'component', 'passport', 'command', 'text', 'unknown'] as const;
export type ScanKind = (typeof scanKinds)[number];

export interface ScanOutcome {
  /** Counts up; a screen shows the newest. */
  readonly id: number;
  readonly at: number;
  readonly source: 'wedge' | 'typed' | 'device';
  readonly deviceId: string | null;
  /** As received, control characters made visible (␝ for GS). Badges are shortened to their last four characters. */
  readonly text: string;
  /** What it was understood as. */
  readonly kind: ScanKind;
  /** Parsed fields, e.g. { material: 'HSG-100', lot: 'H-22817' }, { serial: '…' }, { operator: 'Mara Keller' }. */
  readonly fields: Readonly<Record<string, string>>;
  readonly result: 'accepted' | 'refused' | 'ignored';
  readonly refusal: Refusal | null;
}

export const scan = {
  /** A whole scan caught by the renderer's wedge detector, or typed into the scan field. */
  submit: base
    .input(z.strictObject({ text: z.string().min(1).max(4096), source: z.enum(['wedge', 'typed']) }))
    .output(type<ScanOutcome>()),
  /** Every outcome from now on, first the last one there was (null if none). */
  watch: base.output(eventIterator(type<ScanOutcome | null>())),
};
