/** What is asked of a draft before it may be released, and a draft as it lies in the database. */
import { parseDocument } from 'yaml';
import type { Loaded } from '#config/load.ts';
import { refuse } from '#server/rpc/refused.ts';
import { definitionAt, folderOf, isDefinition, textOf, type Files } from './files.ts';

export interface Author {
  readonly accountId: string;
  readonly person: string;
  readonly email: string | null;
}
export interface DraftRow {
  readonly path: string;
  readonly bytes: Uint8Array | null;
  readonly base: number | null;
  readonly by_account: string;
  readonly authors: readonly Author[];
  readonly at: number;
  readonly submitted: boolean;
  readonly note: string;
  readonly version: number;
  readonly sent_back_by: string | null;
  readonly sent_back_note: string | null;
}
export const draftSelect = `SELECT d.path, c.bytes, d.base, d.by_account, d.authors, d.at, d.submitted, d.note, d.version,
  d.sent_back_by, d.sent_back_note FROM draft d LEFT JOIN release_content c ON c.sha256 = d.sha256`;

/** Whether a released revision of a process definition would mean something else. */
export function corrects(files: Files, loaded: Loaded, path: string, bytes: Uint8Array | null): boolean {
  const before = definitionAt(loaded, path);
  const known = files.get(path);
  if (before?.status !== 'released' || known === undefined || folderOf(path) === null) return false;
  if (bytes !== null && Buffer.compare(known.bytes, bytes) === 0) return false;
  // Retiring it changes nothing for what was built.
  return !(isDefinition(path) && bytes !== null && fieldsOf(bytes).status === 'retired');
}

/** A revision that units were built by must not vanish behind another one in its folder. */
export function keepsRevision(before: Loaded, draft: DraftRow): void {
  const known = isDefinition(draft.path) ? definitionAt(before, draft.path) : null;
  if (known === null || known.status === 'draft' || draft.bytes === null) return;
  const { id, revision } = fieldsOf(draft.bytes);
  if (id !== known.id || String(revision) !== known.revision) {
    refuse('definition.revision-kept', { path: draft.path, definition: known.id, revision: known.revision });
  }
}

function fieldsOf(bytes: Uint8Array): Readonly<Record<'id' | 'revision' | 'status', unknown>> {
  const value: unknown = parseDocument(textOf(bytes)).toJS();
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return { id: fields.id, revision: fields.revision, status: fields.status };
}

/** Lines that a file is about; none: the whole plant. */
export function linesOf(loaded: Loaded, path: string): string[] {
  if (!('configuration' in loaded)) return [];
  const { lines, definitions } = loaded.configuration;
  const lineOf = (stationId: string): string[] =>
    lines.filter(({ stations }) => stations.includes(stationId)).map(({ id }) => id);
  const name = /^(lines|stations)\/(.+)\.yaml$/.exec(path);
  if (name?.[1] === 'stations') return lineOf(name[2] ?? '');
  if (name?.[1] === 'lines') return lines.filter(({ id }) => id === name[2]).map(({ id }) => id);
  const folder = folderOf(path);
  const definition = folder === null ? undefined : definitions.find((each) => `${each.folder}/` === folder);
  return definition === undefined ? [] : definition.operations.flatMap(({ stations }) => stations.flatMap(lineOf));
}
