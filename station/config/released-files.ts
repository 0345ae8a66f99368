/**
 * The configuration that the server releases, laid over the folder the station was started with. What no device depends on
 * is in force at once; the rest at the next start, and that is said. What is faulty as a whole is never taken: the old one
 * stays, and what is wrong is said with file, line and remedy.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, memoryTree, overlayTree, type FileTree } from '#config/file-tree.ts';
import { loadTree, type Loaded, type LoadOptions } from '#config/load.ts';
import type { Configuration, ConfigurationFault } from '#contract/config/index.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import type { FileBody } from '#contract/sync/down.ts';
import type { Clock } from '#station/clock.ts';
import type { DocumentSource, PictureSource } from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';
import { Signal } from '#station/streams/signal.ts';
import { writeWhole } from '#station/sync/whole-file.ts';

type ReleasedState = SystemView['released'];

const nothingReleased: ReleasedState = { files: 0, atNextStart: [], picturesMissing: 0, faulty: null };

/** These are only read when the station starts: connections to devices rest on them. */
const onlyAtStart = (file: string): boolean => file === 'plant.yaml' || /^(?:lines|stations|devices)\//.test(file);

/** Path to hash of the bytes: all files of a configuration that was without fault, kept by their content. */
type Snapshot = Readonly<Record<string, string>>;

export class ReleasedFiles {
  readonly changed: Signal<void>;
  readonly #folder: string;
  readonly #base: FileTree;
  readonly #options: LoadOptions;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #log: Pick<Log, 'info' | 'warn' | 'error'>;
  #started: FileTree | null = null;
  #state: ReleasedState = nothingReleased;
  #inForce = '';

  /** @param base the folder the station was started with. */
  constructor(parts: {
    readonly dataFolder: string;
    readonly base: FileTree;
    readonly options: LoadOptions;
    readonly clock: Pick<Clock, 'now'>;
    readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  }) {
    this.#folder = parts.dataFolder;
    this.#base = inMemory(parts.base);
    this.#options = parts.options;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.changed = new Signal<void>((error) =>
      parts.log.error({ err: error }, 'a listener of the configuration failed'),
    );
  }

  get state(): ReleasedState {
    return this.#state;
  }

  /**
   * What the station starts on: its folder with what was released last, as long as that is without fault; else the last
   * whole that was.
   * @param folder the folder alone, already found to be without fault.
   */
  start(folder: Configuration): Loaded & { readonly tree: FileTree } {
    const kept = this.#readKept();
    if (kept === null) return this.#begin(this.#base, { configuration: folder });
    const overlay = this.#overlayOf(kept.released);
    const tree = overlay === null ? this.#base : overlayTree(this.#base, overlay);
    const loaded = loadTree(tree, this.#options);
    if (!('faults' in loaded)) {
      this.#state = { ...nothingReleased, files: Object.keys(kept.released).length };
      return this.#begin(tree, loaded);
    }
    const whole = this.#overlayOf(kept.whole);
    if (whole === null) return this.#begin(tree, loaded);
    const last = memoryTree(this.#base.name, whole);
    const before = loadTree(last, this.#options);
    if ('faults' in before) return this.#begin(tree, loaded);
    this.#fault(loaded.faults);
    return this.#begin(last, before);
  }

  #begin(tree: FileTree, loaded: Loaded): Loaded & { readonly tree: FileTree } {
    this.#started = tree;
    if ('configuration' in loaded) this.#inForce = loaded.configuration.hash;
    return { ...loaded, tree };
  }

  /**
   * Looks at what is released now and at everything that comes.
   * @param take puts a configuration in force; the devices, stations, lines and plant of it are those of the start.
   * @returns how to stop.
   */
  watch(
    documents: DocumentSource,
    pictures: PictureSource,
    take: (configuration: Configuration, tree: FileTree) => void,
  ): () => void {
    const look = (): void => {
      try {
        this.#look(documents, pictures, take);
      } catch (error) {
        this.#log.error({ err: error }, 'released files could not be looked at; the configuration stays as it is');
      }
    };
    look();
    const stops = [
      documents.onStored((news) => {
        if (news.some(({ kind }) => kind === 'file')) look();
      }),
      pictures.onStored(look),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #look(
    documents: DocumentSource,
    pictures: PictureSource,
    take: (configuration: Configuration, tree: FileTree) => void,
  ): void {
    const bodies = documents.documents('file').map(({ body }) => body);
    if (bodies.length === 0 && this.#state === nothingReleased) return;
    const files = new Map<string, Uint8Array>();
    let missing = 0;
    for (const body of bodies) {
      const bytes = bytesOf(body, pictures);
      if (bytes === 'wrong') {
        return this.#fault([
          {
            file: body.path,
            line: null,
            column: null,
            path: '',
            problem: 'the released text is not the one that its hash is of',
            remedy: 'Release the file again on the plant view.',
          },
        ]);
      }
      if (bytes === null) missing += 1;
      else files.set(body.path, bytes);
    }
    if (missing > 0) return this.#tell({ ...this.#state, picturesMissing: missing });

    const whole = overlayTree(this.#base, files);
    const loaded = loadTree(whole, this.#options);
    if ('faults' in loaded) return this.#fault(loaded.faults);
    this.#keep(whole, files);
    const waits = this.#waits(whole);
    const live = waits.length === 0 ? { tree: whole, loaded } : this.#asStarted(whole);
    if ('faults' in live.loaded) {
      // It rests on devices or stations that come with it: all of it waits.
      this.#tell({ files: files.size, atNextStart: [...files.keys()].sort(), picturesMissing: 0, faulty: null });
      return;
    }
    const { configuration } = live.loaded;
    if (configuration.hash !== this.#inForce) {
      this.#inForce = configuration.hash;
      this.#log.info({ hash: configuration.hash, files: files.size }, 'a released configuration is in force');
      take(configuration, live.tree);
    }
    this.#tell({ files: files.size, atNextStart: waits, picturesMissing: 0, faulty: null });
  }

  /** Files read only at the start that differ from what the station was started with. */
  #waits(whole: FileTree): readonly string[] {
    const started = this.#started ?? this.#base;
    const names = new Set([...filesOf(whole), ...filesOf(started)].filter(onlyAtStart));
    return [...names].filter((name) => hashOf(whole, name) !== hashOf(started, name)).sort();
  }

  /** The new files, but those that are read only at the start as they were then. */
  #asStarted(whole: FileTree): { readonly tree: FileTree; readonly loaded: Loaded } {
    const started = this.#started ?? this.#base;
    const old = new Map<string, Uint8Array | null>();
    for (const name of filesOf(whole)) if (onlyAtStart(name)) old.set(name, null);
    for (const name of filesOf(started)) if (onlyAtStart(name)) old.set(name, started.read(name));
    const tree = overlayTree(whole, old);
    return { tree, loaded: loadTree(tree, this.#options) };
  }

  #fault(faults: readonly ConfigurationFault[]): void {
    const same = JSON.stringify(this.#state.faulty?.faults) === JSON.stringify(faults);
    if (!same) this.#log.error({ faults }, 'the released configuration is faulty and is not taken; the old one stays');
    this.#tell({ ...this.#state, faulty: { at: this.#state.faulty?.at ?? this.#clock.now(), faults } });
  }

  #tell(state: ReleasedState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.changed.emit();
  }

  // --- what is kept for the next start ---

  #keep(whole: FileTree, released: ReadonlyMap<string, Uint8Array>): void {
    const content = join(this.#folder, 'files');
    mkdirSync(content, { recursive: true });
    const snapshot = (names: Iterable<string>): Snapshot =>
      Object.fromEntries(
        [...names].sort().map((name) => {
          const bytes = whole.read(name);
          const hash = sha256(bytes);
          const file = join(content, hash);
          if (statSync(file, { throwIfNoEntry: false })?.size !== bytes.byteLength) writeWhole(file, bytes);
          return [name, hash];
        }),
      );
    const text = `${JSON.stringify({ v: 1, released: snapshot(released.keys()), whole: snapshot(filesOf(whole)) })}\n`;
    const file = join(this.#folder, 'released.json');
    if (readText(file) !== text) writeWhole(file, text);
  }

  #readKept(): { readonly released: Snapshot; readonly whole: Snapshot } | null {
    const text = readText(join(this.#folder, 'released.json'));
    if (text === null) return null;
    try {
      const { v, released, whole } = JSON.parse(text) as { v: number; released: Snapshot; whole: Snapshot };
      if (v === 1 && typeof released === 'object' && typeof whole === 'object') return { released, whole };
    } catch {
      // Told below: as when it says something else.
    }
    this.#log.error({ file: 'released.json' }, 'what was released last cannot be read; starting on the folder alone');
    return null;
  }

  /** null: not all of it is there and unchanged. */
  #overlayOf(snapshot: Snapshot): Map<string, Uint8Array> | null {
    const files = new Map<string, Uint8Array>();
    for (const [name, hash] of Object.entries(snapshot)) {
      let bytes: Uint8Array;
      try {
        bytes = readFileSync(join(this.#folder, 'files', hash));
      } catch {
        bytes = new Uint8Array();
      }
      if (sha256(bytes) !== hash) {
        this.#log.error({ file: name, hash }, 'a kept file is missing or damaged; starting without what was released');
        return null;
      }
      files.set(name, bytes);
    }
    return files;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hashOf = (tree: FileTree, name: string): string | null =>
  tree.size(name) === null ? null : sha256(tree.read(name));

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function bytesOf({ sha256: hash, text }: FileBody, pictures: PictureSource): Uint8Array | 'wrong' | null {
  const bytes = text === null ? pictures.picture(hash) : new TextEncoder().encode(text);
  if (bytes === null) return null;
  return sha256(bytes) === hash ? bytes : 'wrong';
}

/** Its texts as they are now: who edits the folder while the station runs changes nothing until the next start. */
function inMemory(tree: FileTree): FileTree {
  if (tree.problem !== null) return tree;
  const texts = filesOf(tree).filter((name) => name.endsWith('.yaml') && (tree.size(name) ?? 0) < 8 * 1024 * 1024);
  const read = new Map<string, Uint8Array>();
  for (const name of texts) {
    try {
      read.set(name, tree.read(name));
    } catch {
      // Whoever reads it when it counts says what is wrong with it.
    }
  }
  return read.size === 0 ? tree : overlayTree(tree, read);
}
