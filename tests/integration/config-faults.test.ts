/** What lies in the folder, circles in the routing, and that no fault hides another. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freshPlant, pumpC } from './config-kit.ts';

const holder = freshPlant();

describe('what lies in the folder', () => {
  const only = (file: string, problem: RegExp, remedy: RegExp): void => {
    const fault = holder.plant.faults().find((each) => each.file === file);
    expect(fault, JSON.stringify(holder.plant.faults())).toMatchObject({ line: null });
    expect(fault!.problem).toMatch(problem);
    expect(fault!.remedy).toMatch(remedy);
  };
  it('no folder at all', () => {
    holder.plant.remove();
    expect(holder.plant.faults()).toMatchObject([
      { file: holder.plant.folder, problem: expect.stringContaining('does not exist') },
    ]);
  });
  it('plant.yaml missing', () => {
    rmSync(holder.plant.path('plant.yaml'));
    only('plant.yaml', /is missing/, /linewright\/plant@1/);
  });
  it('.yml is not read, and said so', () => {
    renameSync(holder.plant.path('devices/press.yaml'), holder.plant.path('devices/press.yml'));
    only('devices/press.yml', /end in .yaml/, /Rename it to devices\/press.yaml/);
  });
  it('a folder nobody reads', () => {
    mkdirSync(holder.plant.path('device'));
    writeFileSync(holder.plant.path('device/x.yaml'), 'id: x');
    only('device', /not read/, /Did you mean "devices"/);
  });
  it('a definition without its file', () => {
    mkdirSync(holder.plant.path('definitions/empty'));
    only('definitions/empty/definition.yaml', /missing/, /remove the folder/);
  });
  it('an empty file', () => {
    holder.plant.write('lines/L1.yaml', '# nothing\n');
    only('lines/L1.yaml', /empty/, /Write its content/);
  });
  it('a file that is not UTF-8', () => {
    holder.plant.write('lines/L1.yaml', Uint8Array.from([0x74, 0x3a, 0x20, 0xfc, 0x0a]));
    only('lines/L1.yaml', /not UTF-8/, /encoding UTF-8/);
  });
  it('a definition in two folders', () => {
    const copy = 'definitions/copy';
    mkdirSync(holder.plant.path(copy));
    holder.plant.write(`${copy}/definition.yaml`, holder.plant.read('definitions/PMP-100.B/definition.yaml'));
    const fault = holder.plant.faults().find(({ problem }) => problem.includes('already in'));
    expect(fault).toMatchObject({ problem: expect.stringContaining('PMP-100 revision B'), line: expect.any(Number) });
  });
});

describe('routing circles', () => {
  it('names every operation on the circle and those behind it', () => {
    holder.plant.edit(pumpC, '    stations: [ST10]\n', "    stations: [ST10]\n    after: ['20']\n");
    const faults = holder.plant.faults().filter(({ file }) => file === pumpC);
    expect(faults).toMatchObject([
      {
        problem: 'the routing goes round in a circle: 10 waits for 20 waits for 10',
        line: holder.plant.lineOf(pumpC, "after: ['20']"),
      },
    ]);
    expect(faults[0]!.remedy).toMatch(/after/);
  });
  it('an operation that waits for itself', () => {
    holder.plant.edit(pumpC, "after: ['10']", "after: ['20']");
    expect(holder.plant.faults()).toMatchObject([{ problem: 'the routing goes round in a circle: 20 waits for 20' }]);
  });
});

describe('all faults at once', () => {
  it('hides none behind another: syntax, schema, references and drivers together', () => {
    holder.plant.edit('lines/L1.yaml', 'title: {', 'title: {{');
    holder.plant.edit('plant.yaml', 'demo: true\nscan', 'demo: true\ndemos: 1\nscan');
    holder.plant.edit('plant.yaml', 'defaultStation: ST10', 'defaultStation: ST99');
    holder.plant.edit('devices/press.yaml', 'samplingMs: 1000', 'samplingMs: often');
    holder.plant.edit('devices/press.yaml', 'unit: kN', 'unit: kNN');
    holder.plant.edit('devices/scanner.yaml', 'address: line', 'address: lines');
    holder.plant.edit(pumpC, 'lower: 11.9', 'lower: 13');
    const problems = holder.plant.faults().map(({ file, problem }) => `${file} ${problem}`);
    for (const expected of [
      /^lines\/L1.yaml /,
      /^plant.yaml unknown key "demos"/,
      /^plant.yaml unknown station "ST99"/,
      /^devices\/press.yaml "samplingMs" is text/,
      /^devices\/press.yaml "kNN" is not possible/,
      /^devices\/scanner.yaml .*no address "lines"/,
      /PMP-100.C.* the lower limit 13 is above/,
    ]) {
      expect(
        problems.some((problem) => expected.test(problem)),
        `${expected} in\n${problems.join('\n')}`,
      ).toBe(true);
    }
  });
  it('does not call what a broken file declares unknown', () => {
    holder.plant.edit('devices/calliper.yaml', 'type: number', 'type: numer');
    expect(holder.plant.faults()).toMatchObject([
      { file: 'devices/calliper.yaml', problem: '"numer" is not possible for "type"' },
    ]);
  });
  it('keeps the lines right behind an entry that was left out', () => {
    holder.plant.edit(pumpC, 'decimals: 2', 'decimals: two');
    holder.plant.edit(pumpC, 'lower: 23.98', 'lower: 29');
    const faults = holder.plant.faults();
    expect(faults.find(({ problem }) => problem.includes('lower limit 29'))!.line).toBe(
      holder.plant.lineOf(pumpC, 'lower: 29'),
    );
    expect(faults.map(({ problem }) => problem).filter((problem) => problem.includes('unknown'))).toEqual([]);
  });
});
