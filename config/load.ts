/**
 * Reads a configuration folder (design law 9): plant.yaml, people.yaml, materials.yaml, lines/*.yaml, stations/*.yaml,
 * devices/*.yaml, recipes/*.yaml, definitions/<any name>/definition.yaml with images beside, control-plans/*.yaml,
 * orders/*.yaml, machines/*.yaml, integration.yaml, gauges.yaml, defects.yaml, reasons.yaml, calendar.yaml, andon.yaml.
 * Either everything is right, or every fault is told at once with file, line, column and remedy.
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { z } from 'zod';
import { andonSchema, type Andon } from '#contract/config/andon.ts';
import { calendarSchema } from '#contract/config/calendar.ts';
import { controlPlanSchema } from '#contract/config/control-plan.ts';
import { defectsSchema } from '#contract/config/defects.ts';
import { processDefinitionSchema, type ProcessDefinition } from '#contract/config/definition.ts';
import { deviceSchema, recipeSchema, type Device } from '#contract/config/device.ts';
import type { Configuration, ConfigurationFault } from '#contract/config/index.ts';
import { gaugesSchema } from '#contract/config/gauges.ts';
import { integrationSchema } from '#contract/config/integration.ts';
import { machineFileSchema } from '#contract/config/machines.ts';
import {
  lineSchema,
  materialsSchema,
  ordersSchema,
  peopleSchema,
  plantSchema,
  stationSchema,
} from '#contract/config/plant.ts';
import { reasonsSchema } from '#contract/config/reasons.ts';
import { checkConfiguration } from '#domain/config/check.ts';
import { checkDriver, whyNotWritable, type Manifests } from './driver-checks.ts';
import { folderTree, type FileTree } from './file-tree.ts';
import { listFolder } from './folder.ts';
import { checkImages, checkPictures } from './images.ts';
import { KeptFiles, type ReadFile } from './kept-files.ts';
import { salvage, textsIn } from './salvage.ts';
import { faultsOfSchema } from './schema-faults.ts';
import { pathText, readYaml } from './yaml-file.ts';

export type Loaded = { readonly configuration: Configuration } | { readonly faults: readonly ConfigurationFault[] };

const maxFileBytes = 4 * 1024 * 1024;

const keptFiles = new KeptFiles();

export interface LoadOptions {
  /** null: the drivers are not at hand (on the server); device settings and addresses are not judged. */
  readonly manifests: Manifests | null;
}

/** @param folder absolute or relative to the working folder. Never throws for what is in the folder. */
export const loadConfiguration = (folder: string, options: LoadOptions): Loaded =>
  loadTree(folderTree(folder), options);

/** The same for files wherever they are. Never throws for what is in them. */
export function loadTree(tree: FileTree, { manifests }: LoadOptions): Loaded {
  const contents = listFolder(tree);
  const faults: ConfigurationFault[] = [...contents.faults];
  const alsoDeclared = new Set<string>();
  const hashes = new Map<string, string>();

  const read = <T>(file: string, schema: z.ZodType<T>): ReadFile<T> | null => {
    const bytes = bytesOf(tree, file, faults);
    if (bytes === null) return declareName(file, alsoDeclared);
    const hash = sha256(bytes);
    hashes.set(file, hash);
    const kept = keptFiles.get<T>(file, hash);
    if (kept !== null) return kept;
    const text = textOf(file, bytes, faults);
    if (text === null) return declareName(file, alsoDeclared);
    const yaml = readYaml(file, text);
    faults.push(...yaml.faults);
    if (yaml.value === null || yaml.value === undefined) {
      if (yaml.faults.length === 0)
        faults.push(wholeFile(file, 'the file is empty', 'Write its content, or remove the file.'));
      return declareName(file, alsoDeclared);
    }
    const parsed = schema.safeParse(yaml.value);
    if (parsed.success) {
      const read: ReadFile<T> = { file, value: parsed.data, yaml, original: (place) => place, hash };
      return yaml.faults.length === 0 ? keptFiles.keep(read, text) : read;
    }
    // After a syntax fault the reader's guess at the rest is not worth complaining about.
    if (yaml.faults.length === 0) faults.push(...faultsOfSchema(yaml, schema, parsed.error.issues));
    const rest = salvage(schema, yaml.value);
    for (const text of rest.leftOut) alsoDeclared.add(text);
    if (yaml.faults.length > 0 || rest.value === null) for (const each of textsIn(yaml.value)) alsoDeclared.add(each);
    if (rest.value === null) return declareName(file, alsoDeclared);
    return { file, value: rest.value, yaml, original: rest.original, hash };
  };
  const single = <T>(file: string, schema: z.ZodType<T>): ReadFile<T> | null =>
    contents.single.has(file) ? read(file, schema) : null;
  const many = <T>(files: readonly string[], schema: z.ZodType<T>): ReadFile<T>[] =>
    files.flatMap((file) => read(file, schema) ?? []);

  const files = {
    plant: single('plant.yaml', plantSchema),
    people: single('people.yaml', peopleSchema),
    materials: single('materials.yaml', materialsSchema),
    lines: many(contents.lists.lines, lineSchema),
    stations: many(contents.lists.stations, stationSchema),
    devices: many(contents.lists.devices, deviceSchema),
    recipes: many(contents.lists.recipes, recipeSchema),
    definitions: many<ProcessDefinition>(contents.definitions, processDefinitionSchema),
    controlPlans: many(contents.lists['control-plans'], controlPlanSchema),
    orders: many(contents.lists.orders, ordersSchema),
    defects: single('defects.yaml', defectsSchema),
    integration: single('integration.yaml', integrationSchema),
    gauges: single('gauges.yaml', gaugesSchema),
    machines: many(contents.lists.machines, machineFileSchema),
    reasons: single('reasons.yaml', reasonsSchema),
    calendar: single('calendar.yaml', calendarSchema),
    andon: single('andon.yaml', andonSchema),
  };
  const all = new Map<string, ReadFile<unknown>>();
  for (const each of Object.values(files).flat()) if (each) all.set(each.file, each);

  for (const { file, path: place, problem, remedy } of checkConfiguration({ ...files, alsoDeclared })) {
    const source = all.get(file);
    const original = source?.original(place) ?? place;
    const position = source?.yaml.locate(original) ?? { line: null, column: null };
    faults.push({ file, ...position, path: pathText(original), problem, remedy });
  }
  if (manifests !== null) {
    for (const device of files.devices) {
      faults.push(...checkDriver(device.yaml, device.value, device.original, manifests));
    }
  }
  if (manifests !== null && files.andon !== null) faults.push(...checkLamps(files.andon, files.devices, manifests));
  for (const definition of files.definitions) {
    const images = checkImages(tree, definition.file, definition.value);
    for (const { place, problem, remedy } of images.faults) {
      const original = definition.original(place);
      faults.push({
        file: definition.file,
        ...definition.yaml.locate(original),
        path: pathText(original),
        problem,
        remedy,
      });
    }
    for (const image of images.files) hashes.set(image, sha256(tree.read(image)));
  }

  const { defects } = files;
  if (defects !== null) {
    const pictures = checkPictures(tree, defects.value, files.definitions);
    for (const { place, problem, remedy } of pictures.faults) {
      const original = defects.original(place);
      faults.push({ file: defects.file, ...defects.yaml.locate(original), path: pathText(original), problem, remedy });
    }
    for (const image of pictures.files) hashes.set(image, sha256(tree.read(image)));
  }

  const { plant, people, materials } = files;
  if (faults.length > 0 || !plant || !people || !materials) return { faults: inOrder(faults) };
  const valueOf = <T>({ value }: ReadFile<T>): T => value;
  return {
    configuration: {
      hash: folderHash(hashes),
      plant: plant.value,
      people: people.value,
      materials: materials.value.materials,
      lines: files.lines.map(valueOf),
      stations: files.stations.map(valueOf),
      devices: files.devices.map(valueOf),
      recipes: files.recipes.map(valueOf),
      definitions: files.definitions.map(({ value, hash, file }) => ({
        ...value,
        hash,
        folder: posix.dirname(file),
      })),
      controlPlans: files.controlPlans.map(({ value, hash }) => ({ ...value, hash })),
      orders: files.orders.flatMap(({ value }) => value.orders),
      defects: files.defects?.value ?? null,
      integration: files.integration?.value ?? null,
      gauges: files.gauges?.value.gauges ?? [],
      machines: files.machines.map(valueOf),
      reasons: files.reasons?.value ?? null,
      calendar: files.calendar?.value ?? null,
      andon: files.andon?.value ?? null,
    },
  };
}

function checkLamps(
  andon: ReadFile<Andon>,
  devices: readonly ReadFile<Device>[],
  manifests: Manifests,
): readonly ConfigurationFault[] {
  return andon.value.lights.flatMap((light, at) =>
    (['red', 'amber', 'green', 'blue', 'white'] as const).flatMap((lamp): ConfigurationFault[] => {
      const tagId = light[lamp];
      const device = devices.find(({ value }) => value.tags.some(({ id }) => id === tagId))?.value;
      const why = tagId === undefined || device === undefined ? null : whyNotWritable(device, tagId, manifests);
      if (why === null) return [];
      const place = andon.original(['lights', at, lamp]);
      return [
        {
          file: andon.file,
          ...andon.yaml.locate(place),
          path: pathText(place),
          problem: `tag "${tagId}" cannot be written: ${why}`,
          remedy: 'Name a tag that can be written.',
        },
      ];
    }),
  );
}

/** A file that could not be read at all still declares, by the habit of naming files after what is in them. */
function declareName(file: string, alsoDeclared: Set<string>): null {
  alsoDeclared.add(posix.basename(file, '.yaml'));
  return null;
}

function wholeFile(file: string, problem: string, remedy: string): ConfigurationFault {
  return { file, line: null, column: null, path: '', problem, remedy };
}

function bytesOf(tree: FileTree, file: string, faults: ConfigurationFault[]): Uint8Array | null {
  try {
    const size = tree.size(file) ?? 0;
    if (size > maxFileBytes) {
      faults.push(
        wholeFile(file, `the file has ${size} bytes, more than ${maxFileBytes}`, 'Split it into several files.'),
      );
      return null;
    }
    return tree.read(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    faults.push(wholeFile(file, `cannot be read (${code})`, 'Check that it exists and that this user may read it.'));
    return null;
  }
}

function textOf(file: string, bytes: Uint8Array, faults: ConfigurationFault[]): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    faults.push(wholeFile(file, 'the file is not UTF-8 text', 'Save it with the encoding UTF-8.'));
    return null;
  }
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** SHA-256 over "<content hash>  <name>" lines sorted by name (the form of `sha256sum`). */
function folderHash(hashes: ReadonlyMap<string, string>): string {
  const names = [...hashes.keys()].sort();
  return sha256(names.map((name) => `${hashes.get(name)}  ${name}\n`).join(''));
}

function inOrder(faults: readonly ConfigurationFault[]): ConfigurationFault[] {
  const compare = (a: ConfigurationFault, b: ConfigurationFault): number =>
    a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) : a.file < b.file ? -1 : 1;
  return [...faults].sort(compare);
}
