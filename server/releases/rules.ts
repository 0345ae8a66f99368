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

/** What is at the top of a text, whether it is right in all else or not; empty: nothing that can be read. */
export function fieldsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value: unknown = parseDocument(textOf(bytes)).toJS();
  return (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
}

/**
 * Lines that a file is about; none: the whole plant.
 * @param bytes of a draft: what it says itself counts too, so that a new file is somebody's before it is in force.
 */
export function linesOf(loaded: Loaded, path: string, bytes: Uint8Array | null = null): string[] {
  if (!('configuration' in loaded)) return [];
  const { lines, definitions } = loaded.configuration;
  const ofStations = (stations: readonly string[]): string[] =>
    lines.filter((line) => line.stations.some((station) => stations.includes(station))).map(({ id }) => id);
  const name = /^(lines|stations|machines)\/(.+)\.yaml$/.exec(path);
  if (name?.[1] === 'stations') return ofStations([name[2] ?? '']);
  if (name?.[1] === 'machines') {
    const machine = loaded.configuration.machines?.find(({ id }) => id === name[2]);
    const told = bytes === null ? undefined : fieldsOf(bytes).station;
    return ofStations([machine?.station, told].filter((station) => typeof station === 'string'));
  }
  if (name?.[1] === 'lines') return lines.filter(({ id }) => id === name[2]).map(({ id }) => id);
  const folder = folderOf(path);
  if (folder === null) return [];
  const definition = definitions.find((each) => `${each.folder}/` === folder);
  const stations = definition?.operations.flatMap((operation) => operation.stations) ?? [];
  return ofStations([...stations, ...stationsNamed(bytes)]);
}

/** Stations in the text of a process definition, whether it is right in all else or not. */
function stationsNamed(bytes: Uint8Array | null): string[] {
  if (bytes === null) return [];
  const { operations } = fieldsOf(bytes);
  if (!Array.isArray(operations)) return [];
  return operations.flatMap((operation: unknown) => {
    const { stations } = (operation ?? {}) as { readonly stations?: unknown };
    return Array.isArray(stations) ? stations.filter((station) => typeof station === 'string') : [];
  });
}
