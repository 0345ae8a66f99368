/** Stations as members of the plant: enrolment, keys, and how each one is doing. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Localized } from '../config/text.ts';
import { commandId } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';
import type { StationLink } from './lines.ts';

export interface PlantStation {
  readonly stationId: string;
  readonly title: Localized | null;
  readonly lineId: string | null;
  readonly link: StationLink;
  readonly heardAt: number | null;
  readonly version: string | null;
  readonly configHash: string | null;
  /** Station clock minus server clock when it was heard last, ms. */
  readonly clockDriftMs: number | null;
  readonly unsent: { readonly count: number; readonly oldestAt: number | null };
  readonly blobsWaiting: number;
  readonly events: number;
  readonly keys: readonly {
    readonly keyId: string;
    readonly enrolledAt: number;
    readonly enrolledBy: string;
    readonly revokedAt: number | null;
  }[];
  readonly streams: readonly {
    readonly epoch: string;
    readonly branch: string;
    readonly seq: number;
    readonly lastReceivedAt: number | null;
  }[];
}

export const stations = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  list: plantBase.output(type<readonly PlantStation[]>()),
  /** A code for one station, good once and for 15 minutes. */
  makeCode: plantBase
    .input(z.strictObject({ commandId, stationId: z.string() }))
    .output(type<PlantOutcome<{ readonly code: string; readonly untilAt: number }>>()),
  revoke: plantBase.input(z.strictObject({ commandId, keyId: z.string() })).output(type<PlantOutcome>()),
};
