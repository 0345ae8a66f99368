import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf, folderTree, memoryTree, overlayTree, type FileTree } from './file-tree.ts';
import { loadTree } from './load.ts';

const demo = folderTree(path.resolve(import.meta.dirname, '../resources/demo-plant'));
const copy = new Map(filesOf(demo).map((file) => [file, demo.read(file)]));
const load = (tree: FileTree) => loadTree(tree, { manifests: null });
const hashOf = (tree: FileTree): string => {
  const loaded = load(tree);
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults[0]));
  return loaded.configuration.hash;
};

describe('the texts of a configuration', () => {
  it('are the same configuration wherever they come from', () => {
    expect(copy.size).toBeGreaterThan(20);
    expect(hashOf(memoryTree('released', copy))).toBe(hashOf(demo));
    expect(hashOf(overlayTree(demo, new Map()))).toBe(hashOf(demo));
    expect(hashOf(overlayTree(memoryTree('nothing', new Map()), copy))).toBe(hashOf(demo));
  });
  it('laid over a folder count instead of its own, and a withdrawn one is gone', () => {
    const line = readFileSync(`${demo.name}/lines/L1.yaml`, 'utf8').replace('[ST05, ST10, ST20, QB10]', '[ST05, ST10]');
    const second = line.replace('id: L1', 'id: L2').replace('[ST05, ST10]', '[ST20, QB10]');
    const laid = load(
      overlayTree(
        demo,
        new Map([
          ['lines/L1.yaml', Buffer.from(line)],
          ['lines/L2.yaml', Buffer.from(second)],
          ['orders/demo.yaml', null],
        ]),
      ),
    );
    expect(laid).toMatchObject({
      configuration: {
        lines: [
          { id: 'L1', stations: ['ST05', 'ST10'] },
          { id: 'L2', stations: ['ST20', 'QB10'] },
        ],
        orders: [],
      },
    });
    const broken = load(overlayTree(demo, new Map([['plant.yaml', null]])));
    expect(broken).toMatchObject({ faults: [{ file: 'plant.yaml', problem: 'plant.yaml is missing' }] });
  });
  it('that are not there say so', () => {
    expect(load(folderTree('/nowhere/at/all'))).toMatchObject({
      faults: [{ problem: 'the configuration folder does not exist' }],
    });
    expect(() => memoryTree('released', copy).read('plant.yml')).toThrow(/plant.yml is not in released/);
  });
});
