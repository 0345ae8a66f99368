import { eventIterator, type } from '@orpc/contract';
import type { ConfigurationFault } from '../config/index.ts';
import type { Language, Localized } from '../config/text.ts';
import { base } from './base.ts';
import type { ServerLink } from './sync.ts';

/**
 * `ok`: accepting. `read-only`, `disk-full`, `corrupt`, `locked-by-other`: nothing can be accepted; the screen says why
 * and what to do, and the station keeps running to show it.
 */
export const storeStates = ['ok', 'read-only', 'disk-full', 'corrupt'] as const;
export type StoreState = (typeof storeStates)[number];

export interface SystemView {
  readonly version: string;
  readonly startedAt: number;
  readonly station: {
    readonly id: string;
    readonly title: Localized;
    readonly line: { readonly id: string; readonly title: Localized } | null;
  };
  readonly plant: {
    readonly id: string;
    readonly title: Localized;
    readonly timeZone: string;
    readonly language: Language;
    readonly demo: boolean;
  };
  readonly demoHints: readonly { readonly badge: string; readonly pin: string | null; readonly text: Localized }[];
  readonly configHash: string;
  /** What the plant server released for this station, and what of it is not in force. */
  readonly released: {
    readonly files: number;
    /** Changes of these wait for the next start: devices, stations, lines, plant. */
    readonly atNextStart: readonly string[];
    readonly picturesMissing: number;
    /** The newest release is not taken because of this; the old one stays in force. */
    readonly faulty: { readonly at: number; readonly faults: readonly ConfigurationFault[] } | null;
  };
  readonly store: {
    readonly state: StoreState;
    readonly detail: string;
    readonly path: string;
    readonly events: number;
    readonly epoch: string;
    readonly bytes: number;
    readonly freeBytes: number | null;
  };
  /** Samples and curves. In any state but `ok` they are not kept; the work goes on. */
  readonly history: {
    readonly state: StoreState;
    readonly detail: string;
    readonly path: string;
    readonly bytes: number;
    /** UTC ms since when the state is not `ok`; null while it is. */
    readonly notRecordedSince: number | null;
    /** Samples that can no longer be kept, since the station started; null when there are none. `fromAt`, `toAt`: UTC ms. */
    readonly lost: { readonly samples: number; readonly fromAt: number; readonly toAt: number } | null;
  };
  readonly server: ServerLink;
  /** Facts that the server has not acknowledged; all of them where there is none. */
  readonly unsent: { readonly count: number; readonly oldestAt: number | null };
  readonly clock: { readonly now: number; readonly steps: number };
}

export const system = {
  get: base.output(type<SystemView>()),
  /** Emits when the view changed in a way worth showing, and at least every 5 s (also the link's heartbeat). */
  watch: base.output(eventIterator(type<SystemView>())),
};
