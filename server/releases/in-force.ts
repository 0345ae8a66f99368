/** The configuration in force in this instance: read at the start, read again whenever something was released anywhere. */
import { createTwoFilesPatch } from 'diff';
import type { FileTree } from '#config/file-tree.ts';
import type { Configuration } from '#contract/config/index.ts';
import type { FolderDifference } from '#contract/plant/releases.ts';
import { audited } from '#server/accounts/audit.ts';
import type { Db } from '#server/db/db.ts';
import type { Log } from '#server/log.ts';
import {
  filesInFolder,
  filesInForce,
  holdHead,
  isPicture,
  judge,
  putInForce,
  releasesChannel,
  textOf,
} from './files.ts';

export interface InForceParts {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly log: Log;
  /** The folder of the start; release 1 of an empty database. null: there is none. */
  readonly folder: FileTree | null;
  /** What holds while nothing is released. */
  readonly fallback: Configuration;
}

export interface InForceConfiguration {
  current(): Configuration;
  differences(): Promise<readonly FolderDifference[]>;
  /** Hears of every change of releases and drafts, of any instance. */
  onChange(listener: () => void): () => void;
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export async function openInForce({ db, clock, log, folder, fallback }: InForceParts): Promise<InForceConfiguration> {
  let configuration = fallback;
  const listeners = new Set<() => void>();
  const refresh = async (): Promise<void> => {
    const files = await filesInForce(db);
    if (files.size === 0) return;
    const loaded = judge(files);
    if ('configuration' in loaded) {
      // integration.yaml is the server's own: not released, read at the start.
      if (loaded.configuration.hash !== configuration.hash)
        configuration = { ...loaded.configuration, integration: fallback.integration ?? null };
    } else
      log.error(
        { faults: loaded.faults.slice(0, 3) },
        'what is released cannot be read by this version; what held before still holds',
      );
  };
  const changed = (): void => {
    refresh()
      .catch((error: unknown) => log.warn({ err: error }, 'released files could not be read'))
      .finally(() => {
        for (const listener of listeners) listener();
      });
  };
  const inFolder = (): Map<string, Uint8Array> => (folder === null ? new Map() : filesInFolder(folder));

  const differences = async (): Promise<FolderDifference[]> => {
    if (folder === null) return [];
    const here = inFolder();
    const released = await filesInForce(db);
    return [...new Set([...here.keys(), ...released.keys()])].sort().flatMap((path): FolderDifference[] => {
      const there = here.get(path);
      const known = released.get(path);
      if (there !== undefined && known !== undefined && Buffer.compare(there, known.bytes) === 0) return [];
      const diff = isPicture(path)
        ? ''
        : unified(path, textOf(known?.bytes ?? null), textOf(there ?? null), 'released', 'folder');
      return [
        {
          path,
          what: known === undefined ? 'only-in-folder' : there === undefined ? 'only-released' : 'changed',
          diff,
        },
      ];
    });
  };

  await db.transaction(async (tx) => {
    // Instances that start at once on an empty database: one imports.
    await holdHead(tx);
    const [known] = await tx.query('SELECT 1 FROM release LIMIT 1');
    if (known !== undefined || folder === null) return;
    const at = clock.now();
    const files = [...inFolder()];
    await putInForce(
      tx,
      at,
      files.map(([path, bytes]) => ({
        path,
        kind: 'import' as const,
        bytes,
        draftedBy: 'import',
        releasedBy: 'import',
        note: '',
        sameAs: null,
      })),
    );
    await audited(tx, {
      at,
      by: 'import',
      what: 'configuration.imported',
      subject: 'configuration',
      before: null,
      after: { files: files.length, from: folder.name },
      from: '',
    });
  });
  await refresh();
  const stop = await db.listen(releasesChannel, changed, changed);
  const other = await differences();
  if (other.length > 0) {
    log.warn(
      { files: other.map(({ path, what }) => `${path} (${what})`) },
      'the configuration folder differs from what is released; what is released holds',
    );
  }
  return {
    current: () => configuration,
    differences,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    close: stop,
  };
}

/** Unified diff; empty where there is no difference. */
export function unified(path: string, before: string, after: string, from: string, to: string): string {
  return before === after ? '' : createTwoFilesPatch(path, path, before, after, from, to);
}
