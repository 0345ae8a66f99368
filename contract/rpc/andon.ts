/** Calls for help of the line as this station knows them, and the stack light of the station. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { CallKind } from '../config/andon.ts';
import type { Localized } from '../config/text.ts';
import type { Outcome } from '../refusal.ts';
import { base, commandId, pageInput, type Page } from './base.ts';

export type CallIcon = CallKind['icon'];
export type Lamp = 'red' | 'amber' | 'green' | 'blue' | 'white';
export type LampState = 'off' | 'on' | 'blink';

/** Who is called with a role, and since when; level 0 is the first. */
export interface CalledView {
  readonly level: number;
  readonly role: string;
  readonly at: number;
}

export interface CallRow {
  readonly callId: string;
  readonly kind: string;
  readonly title: Localized;
  readonly icon: CallIcon;
  readonly stationId: string;
  readonly stationTitle: Localized;
  /** It was made at this station. */
  readonly here: boolean;
  readonly raisedAt: number;
  /** A person's name; null: nobody was signed in. */
  readonly by: string | null;
  readonly note: string;
  readonly machineId: string | null;
  readonly serial: string | null;
  readonly orderId: string | null;
  readonly called: readonly CalledView[];
  /** UTC ms at which the next are called, as far as it is known; null: nobody further. */
  readonly nextAt: number | null;
  readonly answered: {
    readonly at: number;
    readonly by: string;
    readonly stationId: string;
    readonly note: string;
  } | null;
  readonly closed: {
    readonly at: number;
    readonly by: string;
    readonly stationId: string;
    readonly outcome: 'helped' | 'not-needed';
    readonly note: string;
  } | null;
  /** How the ticket of the maintenance system stands. */
  readonly ticket: {
    readonly at: number;
    readonly state: 'accepted' | 'in-work' | 'done';
    readonly ticket: string | null;
    readonly text: string;
  } | null;
}

export interface CallKindView {
  readonly id: string;
  readonly title: Localized;
  readonly icon: CallIcon;
  readonly role: string;
  /** Names of those who have the role. */
  readonly people: readonly string[];
  /** The open call of this kind from this station; null: none. */
  readonly openCallId: string | null;
}

export interface AndonView {
  /** Counts up at every change, also of calls that are closed. */
  readonly revision: number;
  /** Empty: the plant has no andon.yaml. */
  readonly kinds: readonly CallKindView[];
  /** Open calls of the line, oldest first. */
  readonly calls: readonly CallRow[];
  readonly light: { readonly lamps: Readonly<Record<Lamp, LampState>>; readonly unknown: boolean };
  /** Lamps that are not as they should be: tags that could not be written, with what the device said. */
  readonly lampFaults: readonly { readonly lamp: Lamp; readonly tagId: string; readonly status: string }[];
}

const callId = z.string().min(1).max(64);
const words = z.string().trim().max(500).default('');

export const andon = {
  watch: base.output(eventIterator(type<AndonView>())),
  /** Calls that are closed, newest first. */
  past: base.input(pageInput).output(type<Page<CallRow>>()),
  /** The answer names the call that is open now: the new one, or the one of the same kind that was open before. */
  raise: base
    .input(
      z.strictObject({
        commandId,
        kind: z.string().min(1).max(64),
        note: words,
        machineId: z.string().min(1).max(64).nullable().default(null),
        stopId: z.string().min(1).max(64).nullable().default(null),
      }),
    )
    .output(type<Outcome<{ readonly callId: string }>>()),
  answer: base.input(z.strictObject({ commandId, callId, note: words })).output(type<Outcome>()),
  close: base
    .input(z.strictObject({ commandId, callId, outcome: z.enum(['helped', 'not-needed']), note: words }))
    .output(type<Outcome>()),
};
