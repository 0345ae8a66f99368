/** Where the texts of a configuration come from: a folder, released files in memory, or the one laid over the other. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export interface FileTree {
  /** For messages: the folder's path, or what it is. */
  readonly name: string;
  /** What is wrong with the whole, e.g. `does not exist`; null: nothing. */
  readonly problem: string | null;
  /** What is in a folder (relative, with `/`; empty: the root), sorted by name; none when there is no such folder. */
  entries(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[];
  /** Bytes of a file; null when there is no such file. */
  size(file: string): number | null;
  /** @throws Error with `code` when it cannot be read. */
  read(file: string): Uint8Array;
}

/** @param folder absolute or relative to the working folder. */
export function folderTree(folder: string): FileTree {
  const root = path.resolve(folder);
  const at = (name: string): string => path.join(root, name);
  const stat = statSync(root, { throwIfNoEntry: false });
  return {
    name: root,
    problem: stat?.isDirectory() ? null : stat ? 'is not a folder' : 'does not exist',
    entries(name) {
      try {
        return readdirSync(at(name), { withFileTypes: true })
          .filter((entry) => !entry.name.startsWith('.'))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map((entry) => ({
            name: entry.name,
            isFolder:
              entry.isDirectory() ||
              (entry.isSymbolicLink() &&
                statSync(path.join(at(name), entry.name), { throwIfNoEntry: false })?.isDirectory() === true),
          }));
      } catch {
        return [];
      }
    },
    size(file) {
      const found = statSync(at(file), { throwIfNoEntry: false });
      return found?.isFile() ? found.size : null;
    },
    read: (file) => readFileSync(at(file)),
  };
}

/** @param files by path relative to the configuration folder, with `/`. */
export function memoryTree(name: string, files: ReadonlyMap<string, Uint8Array>): FileTree {
  return {
    name,
    problem: null,
    entries(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const found = new Map<string, boolean>();
      for (const file of files.keys()) {
        if (!file.startsWith(prefix)) continue;
        const [first = '', ...rest] = file.slice(prefix.length).split('/');
        if (!first.startsWith('.')) found.set(first, found.get(first) === true || rest.length > 0);
      }
      return [...found]
        .map(([name, isFolder]) => ({ name, isFolder }))
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    },
    size: (file) => files.get(file)?.byteLength ?? null,
    read(file) {
      const bytes = files.get(file);
      if (bytes === undefined) throw Object.assign(new Error(`${file} is not in ${name}`), { code: 'ENOENT' });
      return bytes;
    },
  };
}

/** Every file of a tree, relative with `/`, in order of folders and names. */
export function filesOf(tree: FileTree, folder = ''): string[] {
  return tree.entries(folder).flatMap(({ name, isFolder }) => {
    const file = folder === '' ? name : `${folder}/${name}`;
    return isFolder ? filesOf(tree, file) : [file];
  });
}

/** The tree with these files instead of its own; null: the file is not there. */
export function overlayTree(base: FileTree, files: ReadonlyMap<string, Uint8Array | null>): FileTree {
  const all = new Map<string, Uint8Array | null>();
  if (base.problem === null) for (const file of filesOf(base)) all.set(file, null);
  for (const [file, bytes] of files) {
    if (bytes === null) all.delete(file);
    else all.set(file, bytes);
  }
  const present = memoryTree(base.name, new Map([...all].map(([file, bytes]) => [file, bytes ?? new Uint8Array()])));
  return {
    ...present,
    size(file) {
      const own = all.get(file);
      return own === undefined ? null : own === null ? base.size(file) : own.byteLength;
    },
    read(file) {
      const own = all.get(file);
      return own === undefined ? present.read(file) : own === null ? base.read(file) : own;
    },
  };
}
