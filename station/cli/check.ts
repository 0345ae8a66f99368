import { statSync } from 'node:fs';
import type { Configuration, ConfigurationFault } from '#contract/config/index.ts';
import { CannotRunError, exitFaults, exitFine, type Command } from './command.ts';
import { defaultFolder, readFolder } from './configuration.ts';

export const check: Command = {
  name: 'check',
  summary: 'checks a configuration folder: every fault with file, line and remedy',
  help: `Usage: linewright check [FOLDER] [--json]

Checks a configuration folder (default: ${defaultFolder}): plant.yaml, people.yaml, materials.yaml, lines/, stations/,
devices/, recipes/, definitions/ and orders/. Tells every fault at once as

  file:line:column  what is wrong
      what to do

  --json   {"folder", "ok", "hash", "faults": [{"file", "line", "column", "path", "problem", "remedy"}]}
  --help   this text`,
  options: {},
  positionals: 1,
  async run({ positionals: [folder = defaultFolder], json, drivers }, io) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new CannotRunError(`there is no folder ${folder}; name the folder that holds plant.yaml`);
    }
    const loaded = await readFolder(folder, drivers);
    const faults = 'faults' in loaded ? loaded.faults : [];
    if (json) {
      const hash = 'configuration' in loaded ? loaded.configuration.hash : null;
      io.out(`${JSON.stringify({ folder, ok: faults.length === 0, hash, faults }, null, 2)}\n`);
    } else {
      for (const fault of faults) io.out(faultText(fault));
      io.out('configuration' in loaded ? fineText(folder, loaded.configuration) : countText(folder, faults));
    }
    return faults.length === 0 ? exitFine : exitFaults;
  },
};

function faultText({ file, line, column, path, problem, remedy }: ConfigurationFault): string {
  const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
  return `${place}  ${path === '' ? '' : `${path}: `}${problem}\n    ${remedy}\n`;
}

function countText(folder: string, faults: readonly ConfigurationFault[]): string {
  const files = new Set(faults.map(({ file }) => file)).size;
  return `\n${folder}: ${many(faults.length, 'fault')} in ${many(files, 'file')}\n`;
}

function fineText(folder: string, configuration: Configuration): string {
  const { stations, devices, definitions, recipes, orders, people, hash } = configuration;
  const counts = [
    many(stations.length, 'station'),
    many(devices.length, 'device'),
    many(definitions.length, 'definition'),
    many(recipes.length, 'recipe'),
    many(orders.length, 'order'),
    people.people.length === 1 ? '1 person' : `${people.people.length} people`,
  ];
  return `${folder}: fine. ${counts.join(', ')}; hash ${hash.slice(0, 12)}\n`;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
