/** What lies in a configuration folder: which files are read, and which lie where nobody looks. */
import type { ConfigurationFault } from '#contract/config/index.ts';
import { choices } from '#domain/config/closest.ts';
import type { FileTree } from './file-tree.ts';

export const singleFiles = ['plant.yaml', 'people.yaml', 'materials.yaml'] as const;
/** Files that a plant may have or not. */
export const optionalFiles = [
  'integration.yaml',
  'gauges.yaml',
  'defects.yaml',
  'reasons.yaml',
  'calendar.yaml',
  'andon.yaml',
] as const;
export const listFolders = ['lines', 'stations', 'devices', 'recipes', 'orders', 'control-plans', 'machines'] as const;
export type ListFolder = (typeof listFolders)[number];

export interface FolderContents {
  readonly single: ReadonlySet<string>;
  /** Names relative to the configuration folder, with `/`, sorted. */
  readonly lists: Readonly<Record<ListFolder, readonly string[]>>;
  readonly definitions: readonly string[];
  readonly faults: readonly ConfigurationFault[];
}

function fault(file: string, problem: string, remedy: string): ConfigurationFault {
  return { file, line: null, column: null, path: '', problem, remedy };
}

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);
/** Lists the folder; a file with the wrong ending or in an unknown folder is a fault, because it would silently not count. */
export function listFolder(tree: FileTree): FolderContents {
  const faults: ConfigurationFault[] = [];
  const lists: Record<ListFolder, string[]> = {
    lines: [],
    stations: [],
    devices: [],
    recipes: [],
    orders: [],
    'control-plans': [],
    machines: [],
  };
  const empty = { single: new Set<string>(), lists, definitions: [] };
  if (tree.problem !== null) {
    return {
      ...empty,
      faults: [
        fault(
          tree.name,
          `the configuration folder ${tree.problem}`,
          'Name the folder that holds plant.yaml, e.g. --config resources/demo-plant.',
        ),
      ],
    };
  }
  const single = new Set<string>();
  const definitions: string[] = [];
  const readFiles: readonly string[] = [...singleFiles, ...optionalFiles];
  const known: readonly string[] = [...listFolders, 'definitions'];
  for (const { name, isFolder } of tree.entries('')) {
    if (isFolder) {
      if (name === 'definitions') definitions.push(...definitionFiles(tree, faults));
      else if ((listFolders as readonly string[]).includes(name)) {
        for (const inner of tree.entries(name)) {
          const file = `${name}/${inner.name}`;
          if (inner.name.endsWith('.yaml')) lists[name as ListFolder].push(file);
          else if (isYaml(inner.name)) faults.push(wrongEnding(file));
          else if (inner.isFolder) {
            faults.push(fault(file, 'folders inside this one are not read', `Move its files up into ${name}/.`));
          }
        }
      } else if (tree.entries(name).some((inner) => isYaml(inner.name))) {
        faults.push(fault(name, `unknown folder "${name}"; its files are not read`, choices(name, known, 'folder')));
      }
    } else if (readFiles.includes(name)) single.add(name);
    else if (isYaml(name)) {
      faults.push(
        readFiles.includes(name.replace(/\.yml$/i, '.yaml'))
          ? wrongEnding(name)
          : fault(name, `unknown file "${name}"; it is not read`, choices(name, readFiles, 'file')),
      );
    }
  }
  for (const name of singleFiles) {
    if (!single.has(name))
      faults.push(
        fault(
          name,
          `${name} is missing`,
          `Write it; ${name === 'plant.yaml' ? 'it begins with `schema: linewright/plant@1`' : 'the demo plant in resources/demo-plant shows how'}.`,
        ),
      );
  }
  for (const name of ['stations', 'lines'] as const) {
    if (lists[name].length === 0)
      faults.push(
        fault(
          `${name}/`,
          `there is no file in ${name}/`,
          `Write at least one ${name.slice(0, -1)} file, e.g. ${name}/${name === 'lines' ? 'L1' : 'ST10'}.yaml.`,
        ),
      );
  }
  return { single, lists, definitions, faults };
}

function wrongEnding(file: string): ConfigurationFault {
  return fault(file, 'only files that end in .yaml are read', `Rename it to ${file.replace(/\.ya?ml$/i, '.yaml')}.`);
}

function definitionFiles(tree: FileTree, faults: ConfigurationFault[]): string[] {
  const files: string[] = [];
  for (const entry of tree.entries('definitions')) {
    const name = `definitions/${entry.name}`;
    if (!entry.isFolder) {
      if (isYaml(entry.name)) {
        faults.push(
          fault(
            name,
            'a definition is in a folder of its own',
            `Move it to ${name.replace(/\.ya?ml$/i, '')}/definition.yaml.`,
          ),
        );
      }
      continue;
    }
    const file = `${name}/definition.yaml`;
    if (tree.size(file) !== null) files.push(file);
    else faults.push(fault(file, 'definition.yaml is missing in this folder', 'Write it, or remove the folder.'));
  }
  return files;
}
