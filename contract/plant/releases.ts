/** Configuration as reviewed text: a draft by one person, a release by another, every release kept for ever. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { ConfigurationFault } from '../config/index.ts';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';

/** Bytes of a picture at most, and characters of a text. */
export const maxPictureBytes = 2_000_000;
export const maxTextLength = 1_000_000;
/** As the loader shows them; what else is in a configuration is text. */
export const picturePattern = /\.(svg|png|jpe?g|webp|avif)$/i;

/**
 * `import`: taken from the configuration folder at the first start, or as drafts later. `correction`: another text under
 * a revision of a process definition that had been released already. `withdrawal`: the file is gone from here on.
 */
export type ReleaseKind = 'import' | 'release' | 'correction' | 'roll-back' | 'withdrawal';

export interface ReleaseFile {
  readonly path: string;
  readonly kind: 'text' | 'picture';
  /** What a `definition.yaml` in force says of itself; null: another file, or none in force. */
  readonly definition: { readonly id: string; readonly revision: string; readonly status: string } | null;
  /** Release in force at the stations; null: never released, or withdrawn. */
  readonly current: number | null;
  readonly releases: number;
  readonly draft: { readonly by: string; readonly at: number; readonly submitted: boolean } | null;
}
export interface ReleaseRow {
  readonly path: string;
  readonly release: number;
  readonly kind: ReleaseKind;
  /** Hex; empty for a withdrawal. */
  readonly sha256: string;
  readonly size: number;
  readonly draftedBy: string;
  readonly releasedBy: string;
  readonly releasedAt: number;
  readonly note: string;
  /** Set when it was put in force by going back to an earlier one. */
  readonly sameAs: number | null;
}
export interface DraftView {
  readonly path: string;
  readonly kind: 'text' | 'picture';
  /** Empty for a picture and for a withdrawal. */
  readonly text: string;
  /** The draft takes the file away. */
  readonly withdraws: boolean;
  readonly base: number | null;
  /** Who wrote last, and everybody who wrote at this draft: none of them may release it. */
  readonly by: string;
  readonly authors: readonly string[];
  readonly at: number;
  readonly submitted: boolean;
  readonly note: string;
  readonly version: number;
  /** The note with which it was sent back; null: it was not. */
  readonly sentBack: { readonly by: string; readonly note: string } | null;
  /** It changes what a released revision of a process definition means; the release needs a note that says why. */
  readonly correction: boolean;
  /** Drafts of pictures in the folder of this definition: released together with it. */
  readonly pictures: readonly { readonly path: string; readonly size: number }[];
  /** Of the whole configuration with this draft in it, as `linewright check` says; empty: none. */
  readonly faults: readonly ConfigurationFault[];
  /** Unified diff against the release in force. */
  readonly diff: string;
  /** Open executions and orders that rest on what changes. */
  readonly affects: { readonly openExecutions: number; readonly orders: readonly string[] };
}

/** A file of the configuration folder, as an import or a start found it other than released. */
export interface FolderDifference {
  readonly path: string;
  readonly what: 'changed' | 'only-in-folder' | 'only-released';
  /** Unified diff from the release in force to the folder; empty for pictures. */
  readonly diff: string;
}

const path = z.string().min(1).max(300);
const version = z.number().int().min(0);

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
        text: z.string().max(maxTextLength),
        version,
        note: z.string().max(1_000),
      }),
    )
    .output(type<PlantOutcome<DraftView>>()),
  /** As `saveDraft`, for a picture. */
  savePicture: plantBase
    .input(
      z.strictObject({
        commandId,
        path,
        base64: z.base64().max(Math.ceil(maxPictureBytes / 3) * 4),
        version,
        note: z.string().max(1_000),
      }),
    )
    .output(type<PlantOutcome<DraftView>>()),
  /** Bytes of a picture: of a release, of the one in force (null) or of the draft. */
  picture: plantBase
    .input(z.strictObject({ path, release: z.number().int().nullable(), draft: z.boolean().default(false) }))
    .output(type<{ readonly type: string; readonly base64: string } | null>()),
  /** A draft that takes the file away. A process definition is not taken away: its status becomes `retired`. */
  draftWithdrawal: plantBase
    .input(z.strictObject({ commandId, path, version, note: z.string().max(1_000) }))
    .output(type<PlantOutcome<DraftView>>()),
  /** Drafts of a new revision: copies of the definition in force at `from` and of its pictures, in a folder of their own. */
  newRevision: plantBase
    .input(z.strictObject({ commandId, from: path, revision: z.string().regex(/^[A-Za-z0-9._-]{1,16}$/) }))
    .output(type<PlantOutcome<DraftView>>()),
  /** Faults of the whole configuration with the drafts of all these paths in it. */
  check: plantBase
    .input(z.strictObject({ paths: z.array(path).min(1).max(200) }))
    .output(type<readonly ConfigurationFault[]>()),
  /** Where the configuration folder of the server's start differs from what is released. Nothing of it is in force. */
  differences: plantBase.output(type<readonly FolderDifference[]>()),
  submit: plantBase.input(z.strictObject({ commandId, path, version })).output(type<PlantOutcome>()),
  dropDraft: plantBase.input(z.strictObject({ commandId, path, version })).output(type<PlantOutcome>()),
  /** Back to who wrote it, with what is to be changed. */
  sendBack: plantBase
    .input(z.strictObject({ commandId, path, version, note: z.string().min(1).max(1_000) }))
    .output(type<PlantOutcome>()),
  /**
   * By another person than those who wrote it. `also`: drafts that only hold together with this one (a station and the
   * line it is on); all are released, or none.
   */
  release: plantBase
    .input(
      z.strictObject({
        commandId,
        path,
        version,
        note: z.string().max(1_000),
        also: z.array(z.strictObject({ path, version })).max(200).default([]),
      }),
    )
    .output(type<PlantOutcome<{ readonly release: number }>>()),
  /** Puts an earlier release in force again, as a new one with the same text. */
  rollBack: plantBase
    .input(z.strictObject({ commandId, path, to: z.number().int(), note: z.string().min(1).max(1_000) }))
    .output(type<PlantOutcome<{ readonly release: number }>>()),
};
