/**
 * Files that were read without fault, by their content. A plant's configuration is judged as a whole at every draft and
 * release, and several times at a start, and hardly a file of it has changed since the time before; to read YAML takes nearly all of that time.
 */
import type { Source } from '#domain/config/check.ts';
import { readYaml, type Path, type YamlFile } from './yaml-file.ts';

/** Its value is frozen where it is kept: whoever reads the same content has the same object. */
export interface ReadFile<T> extends Source<T> {
  readonly yaml: YamlFile;
  readonly original: (path: Path) => Path;
  /** SHA-256 of the content, hex. */
  readonly hash: string;
}

const mostCharacters = 32 * 1024 * 1024;

export class KeptFiles {
  readonly #mostCharacters: number;
  /** Longest unused first. */
  readonly #files = new Map<string, { readonly read: ReadFile<unknown>; readonly characters: number }>();
  #characters = 0;

  /** @param most characters of text in all. */
  constructor(most = mostCharacters) {
    this.#mostCharacters = most;
  }

  /** A file is read by the one schema that its path has, so its path and content say what it reads as. */
  get<T>(file: string, hash: string): ReadFile<T> | null {
    const key = keyOf(file, hash);
    const kept = this.#files.get(key);
    if (kept === undefined) return null;
    this.#files.delete(key);
    this.#files.set(key, kept);
    return kept.read as ReadFile<T>;
  }

  /** @returns what to use instead of `read`. */
  keep<T>(read: ReadFile<T>, text: string): ReadFile<T> {
    const kept: ReadFile<T> = { ...read, value: frozen(read.value), yaml: withoutNodes(read.yaml, text) };
    this.#files.set(keyOf(read.file, read.hash), { read: kept, characters: text.length });
    this.#characters += text.length;
    for (const [key, { characters }] of this.#files) {
      if (this.#characters <= this.#mostCharacters) break;
      this.#files.delete(key);
      this.#characters -= characters;
    }
    return kept;
  }
}

const keyOf = (file: string, hash: string): string => `${hash} ${file}`;

/** The tree of nodes is many times the text: made anew for who asks for a place in it, which only faults do. */
function withoutNodes({ file, value, faults }: YamlFile, text: string): YamlFile {
  let whole: YamlFile | null = null;
  return { file, value, faults, locate: (path, at) => (whole ??= readYaml(file, text)).locate(path, at) };
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  return value;
}
