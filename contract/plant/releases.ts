/** Configuration as reviewed text: a draft by one person, a release by another, every release kept for ever. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { ConfigurationFault } from '../config/index.ts';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';

export interface ReleaseFile {
  readonly path: string;
  /** Release in force at the stations; null: never released, or withdrawn. */
  readonly current: number | null;
  readonly releases: number;
  readonly draft: { readonly by: string; readonly at: number; readonly submitted: boolean } | null;
}
export interface ReleaseRow {
  readonly path: string;
  readonly release: number;
  readonly sha256: string;
  readonly draftedBy: string;
  readonly releasedBy: string;
  readonly releasedAt: number;
  readonly note: string;
  /** Set when it was put in force by going back to an earlier one. */
  readonly sameAs: number | null;
}
export interface DraftView {
  readonly path: string;
  readonly text: string;
  readonly base: number | null;
  readonly by: string;
  readonly at: number;
  readonly submitted: boolean;
  readonly note: string;
  readonly version: number;
  /** Of the whole configuration with this draft in it, as `linewright check` says; empty: none. */
  readonly faults: readonly ConfigurationFault[];
  /** Unified diff against the release in force. */
  readonly diff: string;
  /** Open executions and orders that rest on what changes. */
  readonly affects: { readonly openExecutions: number; readonly orders: readonly string[] };
}

const path = z.string().min(1).max(300);

export const releases = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  files: plantBase.output(type<readonly ReleaseFile[]>()),
  /** Text of a release (null: the one in force). */
  text: plantBase
    .input(z.strictObject({ path, release: z.number().int().nullable() }))
    .output(type<{ readonly text: string | null; readonly release: number | null }>()),
  history: plantBase.input(pageInput.extend({ path: path.nullable().default(null) })).output(type<Page<ReleaseRow>>()),
  /** Unified diff between two releases of one file. */
  diff: plantBase
    .input(z.strictObject({ path, from: z.number().int().nullable(), to: z.number().int() }))
    .output(type<string>()),
  draft: plantBase.input(z.strictObject({ path })).output(type<DraftView | null>()),
  /** `version` of the draft that the person saw; 0: there was none. */
  saveDraft: plantBase
    .input(
      z.strictObject({
        commandId,
        path,
        text: z.string().max(1_000_000),
        version: z.number().int(),
        note: z.string().max(1_000),
      }),
    )
    .output(type<PlantOutcome<DraftView>>()),
  submit: plantBase.input(z.strictObject({ commandId, path, version: z.number().int() })).output(type<PlantOutcome>()),
  dropDraft: plantBase
    .input(z.strictObject({ commandId, path, version: z.number().int() }))
    .output(type<PlantOutcome>()),
  /** By another person than the one who wrote it. */
  release: plantBase
    .input(z.strictObject({ commandId, path, version: z.number().int(), note: z.string().max(1_000) }))
    .output(type<PlantOutcome<{ readonly release: number }>>()),
  /** Puts an earlier release in force again, as a new one with the same text. */
  rollBack: plantBase
    .input(z.strictObject({ commandId, path, to: z.number().int(), note: z.string().min(1).max(1_000) }))
    .output(type<PlantOutcome<{ readonly release: number }>>()),
};
