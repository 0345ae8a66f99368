/**
 * Every definition that was ever in force, with its pictures, in `definitions/<hash of its text>/` of the data folder: a run
 * that is open goes on under the very definition it began with, whatever is in force by then.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { processDefinitionSchema } from '#contract/config/definition.ts';
import type { Configuration, ReleasedDefinition } from '#contract/config/index.ts';
import type { FileTree } from '#config/file-tree.ts';
import { readYaml } from '#config/yaml-file.ts';
import type { DefinitionArchive } from '#station/core/live-catalogue.ts';
import type { Log } from '#station/log.ts';

export interface KeptDefinitions extends DefinitionArchive {
  /** Absolute; the pictures of a definition are in the folder of its hash. */
  readonly folder: string;
  /** Keeps what is not kept yet. What cannot be written is told in the log; the station goes on without it. */
  keep(configuration: Configuration, tree: FileTree): void;
}

export function keptDefinitions(dataFolder: string, log: Pick<Log, 'error'>): KeptDefinitions {
  const folder = join(dataFolder, 'definitions');
  const read = new Map<string, ReleasedDefinition | null>();
  return {
    folder,
    find(hash) {
      let found = read.get(hash);
      if (found === undefined) read.set(hash, (found = readKept(folder, hash)));
      return found;
    },
    keep({ definitions, defects }, tree) {
      for (const definition of definitions) {
        try {
          const parts = defects?.pictures.filter((picture) => picture.definition === definition.id) ?? [];
          keepOne(
            folder,
            definition,
            parts.map(({ image }) => image),
            tree,
          );
          read.set(definition.hash, definition);
        } catch (error) {
          const { id, revision } = definition;
          log.error({ err: error, definition: id, revision }, 'a definition could not be kept in the data folder');
        }
      }
    },
  };
}

function readKept(folder: string, hash: string): ReleasedDefinition | null {
  if (!/^[0-9a-f]{64}$/.test(hash)) return null;
  let text: string;
  try {
    text = readFileSync(join(folder, hash, 'definition.yaml'), 'utf8');
  } catch {
    return null;
  }
  if (createHash('sha256').update(text).digest('hex') !== hash) return null;
  const parsed = processDefinitionSchema.safeParse(readYaml('definition.yaml', text).value);
  return parsed.success ? { ...parsed.data, hash } : null;
}

/** @param parts pictures of the part that the catalogue of defects names; only the newest released revision must have them. */
function keepOne(folder: string, definition: ReleasedDefinition, parts: readonly string[], tree: FileTree): void {
  const { hash, folder: source, operations } = definition;
  if (source === undefined) return;
  const pictures = operations.flatMap(({ steps }) => steps.flatMap(({ image }) => image ?? []));
  const there = parts.filter((name) => tree.size(posix.join(source, posix.normalize(name))) !== null);
  const names = ['definition.yaml', ...new Set([...pictures, ...there].map((name) => posix.normalize(name)))];
  const target = join(folder, hash);
  // A picture may be drawn anew under the same text.
  const same = (name: string): boolean =>
    statSync(join(target, name), { throwIfNoEntry: false }) !== undefined &&
    Buffer.from(tree.read(posix.join(source, name))).equals(readFileSync(join(target, name)));
  if (names.every(same)) return;
  // Written beside and put in place whole, so that no half definition is ever found.
  const fresh = join(folder, `.${hash}-${randomUUID()}`);
  try {
    for (const name of names) {
      const file = join(fresh, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, tree.read(posix.join(source, name)));
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
