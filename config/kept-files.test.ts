import { expect, it } from 'vitest';
import { filesOf, folderTree, overlayTree } from './file-tree.ts';
import { KeptFiles, type ReadFile } from './kept-files.ts';
import { loadTree } from './load.ts';
import { readYaml } from './yaml-file.ts';

const read = (file: string, text: string, hash = text): ReadFile<{ readonly a: readonly number[] }> => {
  const yaml = readYaml(file, text);
  return { file, value: yaml.value as { a: number[] }, yaml, original: (place) => place, hash };
};

it('gives what was read of the same content, and of no other content or file', () => {
  const kept = new KeptFiles();
  const one = kept.keep(read('a.yaml', 'a: [1]'), 'a: [1]');
  expect(kept.get('a.yaml', 'a: [1]')).toBe(one);
  expect(kept.get('a.yaml', 'a: [2]')).toBeNull();
  expect(kept.get('b.yaml', 'a: [1]')).toBeNull();
});

it('nobody changes what others have, too; places are found as before', () => {
  const text = 'x: 0\na:\n  - 1\n  - 2\n';
  const one = new KeptFiles().keep(read('a.yaml', text), text);
  expect(() => (one.value.a as number[]).push(3)).toThrow(/not extensible/);
  for (const path of [['a', 1], ['a'], ['none']])
    expect(one.yaml.locate(path, 'key')).toEqual(readYaml('a.yaml', text).locate(path, 'key'));
});

it('lets the longest unused go when there is too much', () => {
  const kept = new KeptFiles(14);
  for (const text of ['a: [1]', 'a: [2]']) kept.keep(read('f', text), text);
  kept.get('f', 'a: [1]');
  kept.keep(read('f', 'a: [3]'), 'a: [3]');
  expect(['a: [1]', 'a: [2]', 'a: [3]'].map((hash) => kept.get('f', hash) !== null)).toEqual([true, false, true]);
});

it('a fault between files is told at its place in one that did not change', () => {
  const demo = folderTree(new URL('../resources/demo-plant', import.meta.url).pathname);
  const load = (tree = demo) => loadTree(tree, { manifests: null });
  expect(load()).toEqual(load());
  const line = new TextDecoder().decode(demo.read('lines/L1.yaml')).split('\n');
  const gone = filesOf(demo).filter((file) => file.includes('ST20'));
  expect(gone).not.toEqual([]);
  const loaded = load(overlayTree(demo, new Map(gone.map((file) => [file, null]))));
  expect('faults' in loaded && loaded.faults.filter(({ file }) => file === 'lines/L1.yaml')).toMatchObject([
    {
      line: line.findIndex((each) => each.includes('ST20')) + 1,
      problem: expect.stringContaining('ST20') as string,
    },
  ]);
});
