/** What went wrong on the way and was kept: nothing here is lost, everything here wants a person. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { PublishState } from '../publish-state.ts';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';

/** An event that is stored but could not be folded: unknown type or version, or a projection that threw. */
export interface QuarantineRow {
  readonly id: string;
  readonly stationId: string;
  readonly epoch: string;
  readonly branch: string;
  readonly seq: number;
  readonly type: string;
  readonly version: number;
  readonly at: number;
  readonly receivedAt: number;
  readonly reason: 'unknown-type' | 'unknown-version' | 'body-invalid' | 'projection-failed';
  readonly detail: string;
  readonly record: string;
}
/** Two ends of one stream that differ: a station put back from a backup, or a record changed. */
export interface ForkRow {
  readonly stationId: string;
  readonly epoch: string;
  readonly branch: string;
  /** First number under which both hold another event. */
  readonly fromSeq: number;
  readonly foundAt: number;
  readonly events: number;
  readonly acknowledged: { readonly at: number; readonly by: string; readonly note: string } | null;
}
/** A message to another system that was given up after all its tries. */
export interface DeadLetterRow {
  readonly id: string;
  readonly target: string;
  readonly kind: string;
  readonly idempotencyKey: string;
  readonly createdAt: number;
  readonly tries: number;
  readonly lastError: string;
  readonly body: string;
}
/** A line that is published by MQTT (docs/publishing.md). */
export interface PublishRow extends PublishState {
  readonly lineId: string;
  /** `<group>/<line>`. */
  readonly nodeId: string;
  readonly url: string;
  /** Facts that wait to be published. */
  readonly behind: number;
}

export const trouble = {
  watch: plantBase.output(
    eventIterator(
      type<{
        readonly quarantine: number;
        readonly forks: number;
        readonly deadLetters: number;
        /** Lines that should be published and are not. */
        readonly unpublished: number;
      }>(),
    ),
  ),
  quarantine: plantBase.input(pageInput).output(type<Page<QuarantineRow>>()),
  /** Folds these again (all: an empty list); answers how many went through. */
  replay: plantBase
    .input(z.strictObject({ commandId, ids: z.array(z.string()).max(1_000) }))
    .output(type<PlantOutcome<{ readonly folded: number; readonly kept: number }>>()),
  forks: plantBase.input(pageInput).output(type<Page<ForkRow>>()),
  acknowledgeFork: plantBase
    .input(
      z.strictObject({
        commandId,
        stationId: z.string(),
        epoch: z.string(),
        branch: z.string(),
        note: z.string().min(1).max(1_000),
      }),
    )
    .output(type<PlantOutcome>()),
  deadLetters: plantBase.input(pageInput).output(type<Page<DeadLetterRow>>()),
  sendAgain: plantBase
    .input(z.strictObject({ commandId, ids: z.array(z.string()).min(1).max(1_000) }))
    .output(type<PlantOutcome>()),
  discard: plantBase
    .input(z.strictObject({ commandId, ids: z.array(z.string()).min(1).max(1_000), note: z.string().min(1).max(500) }))
    .output(type<PlantOutcome>()),
  /** Lines that are published; none: nothing is. */
  publishing: plantBase.output(type<readonly PublishRow[]>()),
};
