/** Released files over a copy of the demo plant: what is taken at once, what waits, and what is never taken. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import { folderTree } from '#config/file-tree.ts';
import { loadConfiguration } from '#config/load.ts';
import { FakeServer } from '#station/core/test-server.ts';
import { LiveCatalogue } from '#station/core/live-catalogue.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { manifestsOf } from '#station/startup.ts';
import { projections } from '#station/store/projections/index.ts';
import { openStore, type Store } from '#station/store/store.ts';
import { manualClock, temporaryFolder } from '#station/store/test-kit.ts';
import { keptDefinitions } from './kept-definitions.ts';
import { ReleasedFiles } from './released-files.ts';

const manifests = manifestsOf(await installedDrivers());
const demo = path.resolve(import.meta.dirname, '../../resources/demo-plant');
const clock = manualClock(1_795_000_000_000);
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let folder: ReturnType<typeof temporaryFolder>;
let config: string;
let data: string;
let store: Store;
let server: FakeServer;
let logged: { readonly detail: unknown; readonly message: string }[];
const line = (detail: unknown, message: string): void => void logged.push({ detail, message });
const log = { info: line, warn: line, error: line } as never;

beforeEach(() => {
  folder = temporaryFolder();
  logged = [];
  config = path.join(folder.path, 'config');
  data = folder.path;
  cpSync(demo, config, { recursive: true });
  store = openStore({ folder: folder.path, stationId: 'ST10', projections, clock });
  server = new FakeServer(store, clock).linked();
});
afterEach(() => {
  store.close();
  folder[Symbol.dispose]();
});

const text = (file: string): string => readFileSync(path.join(config, file), 'utf8');
const release = (file: string, content: string, hash = sha256(content)): void =>
  server.send([
    'file',
    file,
    { path: file, sha256: hash, text: content, size: Buffer.byteLength(content), release: 1 },
  ]);
const folderOnly = (): Configuration => {
  const loaded = loadConfiguration(config, { manifests });
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
  return loaded.configuration;
};

interface Running {
  readonly released: ReleasedFiles;
  readonly catalogue: LiveCatalogue;
  readonly taken: Configuration[];
  stop(): void;
}
function start(): Running {
  const released = new ReleasedFiles({
    dataFolder: data,
    base: folderTree(config),
    options: { manifests },
    clock,
    log,
  });
  const started = released.start(folderOnly());
  if ('faults' in started) throw new Error(JSON.stringify(started.faults));
  const definitions = keptDefinitions(data, log);
  definitions.keep(started.configuration, started.tree);
  const catalogue = new LiveCatalogue(started.configuration, definitions);
  const taken: Configuration[] = [];
  const stop = released.watch(server.documents, server.pictures, (configuration, tree) => {
    definitions.keep(configuration, tree);
    catalogue.replace(configuration);
    taken.push(configuration);
  });
  return { released, catalogue, taken, stop };
}

describe('released files', () => {
  it('people, materials and definitions are in force at once, under a hash of their own', () => {
    const { catalogue, released, taken } = start();
    const before = catalogue.hash;
    release('people.yaml', text('people.yaml').replace('Mara Keller', 'Mara Keller-Voss'));
    expect(catalogue.people.map(({ name }) => name)).toContain('Mara Keller-Voss');
    expect(catalogue.hash).not.toBe(before);
    expect(taken).toHaveLength(1);
    expect(released.state).toEqual({ files: 1, atNextStart: [], picturesMissing: 0, faulty: null });
    // The same again changes nothing.
    release('people.yaml', text('people.yaml').replace('Mara Keller', 'Mara Keller-Voss'));
    expect(taken).toHaveLength(1);
  });

  it('a run that began under the definition that was replaced goes on under it', () => {
    const { catalogue } = start();
    const began = catalogue.definition('PMP-100', 'C');
    const ref = { id: 'PMP-100', revision: 'C', hash: began!.hash };
    release(
      'definitions/PMP-100.C/definition.yaml',
      text('definitions/PMP-100.C/definition.yaml').replace('lower: 23.98', 'lower: 23.99'),
    );
    expect(catalogue.definition('PMP-100', 'C')?.hash).not.toBe(ref.hash);
    expect(catalogue.definitionOf(ref)?.characteristics).toEqual(began!.characteristics);
    // Also by a program that was started meanwhile, with its pictures.
    const kept = keptDefinitions(data, log);
    expect(kept.find(ref.hash)?.operations).toEqual(began!.operations);
    expect(readFileSync(path.join(kept.folder, ref.hash, 'images/bore.svg'))).toEqual(
      readFileSync(path.join(demo, 'definitions/PMP-100.C/images/bore.svg')),
    );
    expect(kept.find('0'.repeat(64))).toBeNull();
    expect(kept.find('../escape')).toBeNull();
  });

  it('what is faulty is never taken: the old one stays, and what is wrong is said; the repair is taken', () => {
    const { catalogue, released, taken } = start();
    const before = catalogue.hash;
    const good = text('definitions/PMP-100.C/definition.yaml');
    release('definitions/PMP-100.C/definition.yaml', good.replace('characteristic: bore-b', 'characteristic: bore-x'));
    expect(catalogue.hash).toBe(before);
    expect(taken).toEqual([]);
    expect(released.state.faulty?.faults).toContainEqual(
      expect.objectContaining({
        file: 'definitions/PMP-100.C/definition.yaml',
        line: expect.any(Number),
        problem: expect.stringContaining('bore-x'),
        remedy: expect.stringMatching(/.+/),
      }),
    );
    expect(logged.some(({ message }) => message.includes('faulty'))).toBe(true);
    release('definitions/PMP-100.C/definition.yaml', `${good}\n# seen\n`);
    expect(released.state.faulty).toBeNull();
    expect(taken).toHaveLength(1);
  });

  it('a text that is not the one its hash is of is not taken', () => {
    const { released, taken } = start();
    release('people.yaml', text('people.yaml'), 'b'.repeat(64));
    expect([taken, released.state.faulty?.faults[0]?.file]).toEqual([[], 'people.yaml']);
  });

  it('devices wait for the next start while the rest is in force', () => {
    const first = start();
    release('devices/press.yaml', `${text('devices/press.yaml')}\n# another address\n`);
    release('people.yaml', text('people.yaml').replace('Mara Keller', 'Mara Voss'));
    expect(first.released.state.atNextStart).toEqual(['devices/press.yaml']);
    expect(first.catalogue.people.map(({ name }) => name)).toContain('Mara Voss');
    const inForce = first.catalogue.hash;
    first.stop();
    const second = start();
    expect(second.released.state).toEqual({ files: 2, atNextStart: [], picturesMissing: 0, faulty: null });
    expect(second.catalogue.hash).not.toBe(inForce);
    expect(second.catalogue.people.map(({ name }) => name)).toContain('Mara Voss');
  });

  it('a definition that rests on a device that comes with it waits with it', () => {
    const { released, taken, catalogue } = start();
    const before = catalogue.hash;
    const gauge = text('devices/calliper.yaml').replace('id: calliper', 'id: dial').replaceAll('calliper.', 'dial.');
    release('devices/dial.yaml', gauge);
    release(
      'stations/ST10.yaml',
      text('stations/ST10.yaml').replace('[press, scanner, calliper, ', '[press, scanner, calliper, dial, '),
    );
    expect(taken).toEqual([]);
    release(
      'definitions/PMP-200.A/definition.yaml',
      text('definitions/PMP-200.A/definition.yaml').replace('tag: calliper.value', 'tag: dial.value'),
    );
    expect(released.state.faulty).toBeNull();
    expect(released.state.atNextStart).toContain('devices/dial.yaml');
    expect(catalogue.hash).toBe(before);
    expect(start().catalogue.device('dial')).not.toBeNull();
  });

  it('waits for a picture that has not come', () => {
    const { released, taken } = start();
    const bytes = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    const file = 'definitions/PMP-200.A/images/new.svg';
    server.send(['file', file, { path: file, sha256: sha256(bytes), text: null, size: bytes.length, release: 1 }]);
    release(
      'definitions/PMP-200.A/definition.yaml',
      text('definitions/PMP-200.A/definition.yaml').replace('images/bore.svg', 'images/new.svg'),
    );
    expect([taken.length, released.state.picturesMissing]).toEqual([0, 1]);
    server.sendPicture(sha256(bytes), bytes);
    expect([taken.length, released.state.picturesMissing]).toEqual([1, 0]);
  });

  it('a folder that no longer fits what was released: the last whole that did is started on, and it is said', () => {
    const first = start();
    const definition = 'definitions/PMP-200.A/definition.yaml';
    release(definition, `${text(definition)}\n# released\n`);
    const inForce = first.catalogue.hash;
    first.stop();
    // The folder alone is fine without the qualification; the released definition still asks for it.
    writeFileSync(path.join(config, definition), text(definition).replace('    qualification: leak-test\n', ''));
    const people = text('people.yaml')
      .replace(/ {2}- id: leak-test\n.*\n/, '')
      .replaceAll(/ *- \{ id: leak-test, .*\n/g, '');
    writeFileSync(path.join(config, 'people.yaml'), people);
    folderOnly();
    const second = start();
    expect(second.catalogue.hash).toBe(inForce);
    expect(second.released.state.faulty?.faults[0]).toMatchObject({ file: definition });
  });

  it('a damaged copy in the data folder is not believed', () => {
    const first = start();
    const changed = text('people.yaml').replace('Mara Keller', 'Mara Voss');
    release('people.yaml', changed);
    first.stop();
    writeFileSync(path.join(data, 'files', sha256(changed)), 'damaged');
    const second = start();
    // What the server sent lies in the store as well: it is taken again from there.
    expect(logged.some(({ message }) => message.includes('damaged'))).toBe(true);
    expect(second.catalogue.people.map(({ name }) => name)).toContain('Mara Voss');
  });

  it('who edits the folder while the station runs changes nothing until the next start', () => {
    const { catalogue } = start();
    writeFileSync(path.join(config, 'people.yaml'), text('people.yaml').replace('Tom Brandt', 'Tom B.'));
    release('materials.yaml', `${text('materials.yaml')}\n# seen\n`);
    expect(catalogue.people.map(({ name }) => name)).toContain('Tom Brandt');
  });
});
