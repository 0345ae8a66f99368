/**
 * Rules of every call between renderer and station. Refused commands are answers, not errors. An error thrown over the
 * wire means a defect or a lost link. Streams go through a conflating mailbox; lists say "revision n is available" and
 * are pulled in pages (design law 12).
 */
import { oc } from '@orpc/contract';
import { z } from 'zod';

export const base = oc;

/** Default time limit of a call in ms; a call on a closed port would otherwise hang for ever. */
export const callTimeoutMs = 5_000;

/** Made by the client for each act of a person; the station does one command only once. */
export const commandId = z.string().min(8).max(64);

export const pageInput = z.strictObject({
  /** Opaque; null for the first page. */
  cursor: z.string().nullable().default(null),
  limit: z.number().int().min(1).max(200).default(50),
});
export interface Page<T> {
  readonly items: readonly T[];
  /** null: this was the last page. */
  readonly next: string | null;
  readonly total: number;
}

/** Longest photo, in bytes: a call over the WebSocket has at most 1 MiB. */
export const photoLimit = 700 * 1024;
/** Base64 of a JPEG, PNG or WebP; a little more than the limit, so that what is too large is told by how much. */
export const photoData = z.base64().max(1_040_000);
