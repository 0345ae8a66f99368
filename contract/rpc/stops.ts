/** Stops of the machines of this station: cards, their parts and reasons, micro-stops, changeovers. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { ReasonIcon } from '../config/reasons.ts';
import type { Localized } from '../config/text.ts';
import type { Photo } from '../events/shared.ts';
import type { BigLoss, MachineState, ReasonCategory } from '../machine-state.ts';
import type { Outcome } from '../refusal.ts';
import type { WaitsHere } from './machines.ts';
import { base, commandId, pageInput, photoData, type Page } from './base.ts';

export interface StopReasonView {
  readonly id: string;
  /** As the tree says now; of one that is no longer in it, as it was called then. */
  readonly title: Localized;
  readonly category: ReasonCategory;
  readonly loss: BigLoss | null;
}

export interface StopRow {
  readonly stopId: string;
  readonly machineId: string;
  readonly machineTitle: Localized;
  readonly from: number;
  /** null: the machine still stands. */
  readonly to: number | null;
  /** State and alarm when it began. */
  readonly state: MachineState;
  readonly alarm: string | null;
  readonly product: Localized | null;
  readonly orderId: string | null;
  readonly parts: number;
  /** How many of them have no reason. */
  readonly unexplained: number;
  /** Of the parts, in their order, each once. */
  readonly reasons: readonly StopReasonView[];
}

/** A reason as a big button. */
export interface OfferedReason {
  readonly id: string;
  readonly title: Localized;
  readonly icon: ReasonIcon | null;
  /** How often it was given at this machine, and how often of these in the same state or with the same alarm. */
  readonly count: number;
  readonly same: number;
  readonly note: boolean;
}

export interface ReasonNode {
  readonly id: string;
  readonly parent: string | null;
  readonly title: Localized;
  readonly icon: ReasonIcon | null;
  readonly leaf: boolean;
  /** Meant for stops that begin in such a state. */
  readonly fits: boolean;
  readonly note: boolean;
}

export interface StopPartView {
  readonly partId: string;
  readonly from: number;
  /** null: until now. */
  readonly to: number | null;
  readonly reason: StopReasonView | null;
  readonly note: string;
  /** Who gave the reason, and when; null: nobody. */
  readonly by: string | null;
  readonly at: number | null;
  /** The signed-in person may give it another reason. */
  readonly may: boolean;
  /** The part cut at the boundaries of shifts: tiles it exactly. `shift` null: outside of shifts, or the plant has none. */
  readonly pieces: readonly {
    readonly from: number;
    readonly to: number | null;
    readonly shift: { readonly key: string; readonly title: Localized } | null;
  }[];
}

/** What was done to a card, in the order of the log. */
export type StopHistoryEntry = { readonly at: number; readonly by: string } & (
  | { readonly kind: 'opened' | 'withdrawn' }
  | { readonly kind: 'ended'; readonly to: number }
  | {
      readonly kind: 'classified';
      readonly from: number;
      readonly reason: StopReasonView;
      readonly before: StopReasonView | null;
      readonly note: string;
      /** Which of the big buttons it was, from 1; null: from the tree. */
      readonly offered: number | null;
    }
  | { readonly kind: 'split' | 'merged'; readonly edge: number }
  | { readonly kind: 'edge-moved'; readonly was: number; readonly edge: number }
  | { readonly kind: 'restated'; readonly from: number; readonly to: number | null; readonly lost: number }
  | { readonly kind: 'noted'; readonly note: string; readonly photo: Photo | null }
);

export interface StopView extends StopRow {
  /** Told with every change, so that nobody overwrites what they have not seen. */
  readonly revision: number;
  /** Not a stop any more: the past was told anew. `into`: the stop that it is part of now. */
  readonly withdrawn: { readonly at: number; readonly into: string | null } | null;
  readonly partViews: readonly StopPartView[];
  /** The big buttons: at most five, best first. */
  readonly offered: readonly OfferedReason[];
  readonly tree: readonly ReasonNode[];
  /** What the machine said meanwhile; tiles the stop. */
  readonly slices: readonly {
    readonly from: number;
    readonly to: number | null;
    readonly state: MachineState;
    readonly told: string | null;
    readonly alarm: string | null;
  }[];
  /** Planned downtime inside: breaks, planned stops, time outside of shifts. */
  readonly planned: readonly {
    readonly from: number;
    readonly to: number | null;
    /** `unplanned`: outside of shifts. */
    readonly kind: 'break' | 'planned' | 'maintenance' | 'unplanned';
    readonly title: Localized | null;
  }[];
  readonly history: readonly StopHistoryEntry[];
  readonly may: { readonly classify: boolean; readonly edit: boolean };
  /** Of a stop that began blocked or starved: the machine of its line that it waits or waited for. */
  readonly waitsFor: WaitsHere | null;
}

/** Micro-stops of a machine that began in one hour of the plant's clock. */
export interface MicroStops {
  readonly machineId: string;
  readonly machineTitle: Localized;
  readonly hourAt: number;
  readonly count: number;
  readonly ms: number;
  /** What the machine said at their beginning, most frequent first. */
  readonly alarms: readonly { readonly text: string; readonly count: number }[];
}

export interface ChangeoverView {
  readonly machineId: string;
  readonly machineTitle: Localized;
  readonly from: number;
  /** null: it is set up now. */
  readonly to: number | null;
  /** While the machine stood. */
  readonly internalMs: number;
  /** Prepared while it ran: as people told by beginning and ending a preparation. */
  readonly externalMs: number;
  readonly fromProduct: Localized | null;
  readonly toProduct: Localized | null;
}

export interface StopMachine {
  readonly machineId: string;
  readonly title: Localized;
  /** Preparation of the next changeover under way; null: none. */
  readonly preparing: { readonly since: number; readonly by: string; readonly product: Localized | null } | null;
}

export interface StopsWatch {
  readonly revision: number;
  /** Stops with parts that have no reason. */
  readonly unexplained: number;
  /** The stop to ask about now; null: none. */
  readonly ask: {
    readonly stopId: string;
    readonly machineTitle: Localized;
    readonly from: number;
    readonly to: number | null;
    /** A natural pause: no unit is in work and no sample is measured. Else it waits. */
    readonly now: boolean;
  } | null;
}

const card = { commandId, stopId: z.string().max(64), revision: z.number().int().min(0) };
const partId = z.string().max(64);
const machineId = z.string().max(64);
const at = z.number().min(0);
const note = z.string().max(500);

export const stops = {
  watch: base.output(eventIterator(type<StopsWatch>())),
  /** `unexplained` first where all are shown, then the newest. */
  list: base
    .input(pageInput.extend({ show: z.enum(['unexplained', 'all']), machineId: machineId.nullable().default(null) }))
    .output(type<Page<StopRow>>()),
  /** null: this station knows of no such stop. */
  get: base.input(z.strictObject({ stopId: z.string().max(64) })).output(type<StopView | null>()),
  /** Of the last 24 hours, newest first. */
  micro: base.output(type<readonly MicroStops[]>()),
  /** Of the last seven days, newest first. */
  changeovers: base.output(type<readonly ChangeoverView[]>()),
  machines: base.output(type<readonly StopMachine[]>()),
  classify: base
    .input(
      z.strictObject({
        ...card,
        partId,
        reasonId: z.string().max(64),
        note,
        offered: z.number().int().min(1).max(5).nullable(),
      }),
    )
    .output(type<Outcome>()),
  split: base.input(z.strictObject({ ...card, partId, at })).output(type<Outcome>()),
  /** The part and the one after it become one. */
  merge: base.input(z.strictObject({ ...card, partId })).output(type<Outcome>()),
  /** Moves the instant at which the part begins. */
  moveEdge: base.input(z.strictObject({ ...card, partId, at })).output(type<Outcome>()),
  note: base.input(z.strictObject({ commandId, stopId: z.string().max(64), note })).output(type<Outcome>()),
  addPhoto: base
    .input(z.strictObject({ commandId, stopId: z.string().max(64), data: photoData }))
    .output(type<Outcome>()),
  /** `data:` address; null: the photo is not at this station. */
  photo: base.input(z.strictObject({ sha256: z.string().length(64) })).output(type<{ readonly url: string } | null>()),
  beginPreparation: base
    .input(z.strictObject({ commandId, machineId, definitionId: z.string().max(64).nullable(), note }))
    .output(type<Outcome>()),
  endPreparation: base.input(z.strictObject({ commandId, machineId })).output(type<Outcome>()),
};
