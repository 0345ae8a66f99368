import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.ts';

const fixtures = path.resolve(import.meta.dirname, '../../domain');
let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'linewright-spc-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function linewright(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  return { code: await run(words, io, () => Promise.resolve(new Map())), out, err };
}
function file(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}
const told = (out: string): Record<string, unknown> =>
  (JSON.parse(out) as { expected: Record<string, unknown> }).expected;

describe('linewright spc', () => {
  it('answers a case with the keys of its expected, and a case of subcases by name', async () => {
    const one = await linewright('spc', path.join(fixtures, 'spc/fixtures/imr-nist-flowrate.json'));
    expect(one.code).toBe(0);
    expect(Object.keys(told(one.out))).toEqual([
      'n',
      'mean',
      'movingRanges',
      'mrbar',
      'sigma',
      'x',
      'mr',
      'xViolations',
      'mrViolations',
    ]);
    const many = await linewright('spc', path.join(fixtures, 'spc/fixtures/sampling-lookups.json'));
    expect((JSON.parse(many.out) as { subcases: unknown[] }).subcases[0]).toEqual({
      name: 'lot2000-II-aql0.65-normal',
      expected: { codeLetter: 'K', planLetter: 'K', n: 125, ac: 2, re: 3, inspect100: false },
    });
  });
  it('reads a column of values with gaps', async () => {
    const { code, out } = await linewright('spc', file('a.csv', 'width\n10.1\n10.3\n\nNA\n10.2\n'));
    expect(code).toBe(0);
    expect(told(out)).toMatchObject({
      n: 3,
      missing: 1,
      mean: 10.2,
      movingRanges: [null, expect.closeTo(0.2, 9), null, null],
    });
  });
  it('reads rows as subgroups, with limits and rules asked for', async () => {
    const csv = file('b.csv', 'a;b;c\n10,1;10,2;10,3\n10,0;10,2;10,1\n9,9;10,4;\n');
    const { out } = await linewright('spc', csv, '--chart', 'xbar-s', '--lsl', '9', '--usl', '11', '--rules', 'aiag');
    expect(told(out)).toMatchObject({
      subgroups: 3,
      subgroupSizes: [3, 3, 2],
      capability: { cpk: expect.any(Number) },
      signals: { '1': [] },
    });
    const p = await linewright('spc', file('c.csv', 'bad,of\n3,50\n1,40\n'), '--chart', 'p');
    expect(told(p.out)).toMatchObject({ pbar: 4 / 90, p: [0.06, 0.025] });
  });
  it.each([
    ['d.csv', 'x\n1\ntwo\n', { at: 'line 3, cell 1', problem: '"two" is not a number' }],
    ['e.csv', '1,2\n3\n', { at: 'line 2', problem: 'has 1 cells where the first line has 2' }],
    ['f.csv', '', { at: 'line 1', problem: 'there is nothing in the file' }],
    ['g.json', '{"kind": "i-mr"', { at: 'file' }],
    ['h.json', '{"input": {}}', { at: 'kind' }],
    ['i.json', '{"kind": "c", "input": {"defects": [1, "a"]}}', { at: 'input.defects[1]' }],
  ])('%s is refused with the place', async (name, text, params) => {
    const { code, out } = await linewright('spc', file(name, text));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ refused: { code: 'case.unreadable', params } });
  });
  it('a refusal of the domain carries its code', async () => {
    const { code, out } = await linewright(
      'spc',
      file('j.json', '{"kind": "p", "input": {"defectives": [9], "sizes": [5]}}'),
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      refused: { code: 'spc.value-impossible', params: { at: 0, value: 9, allowed: '<= 5' } },
    });
  });
  it('without a file 2, without such a file 3', async () => {
    expect((await linewright('spc')).code).toBe(2);
    expect((await linewright('spc', path.join(folder, 'none.json'))).code).toBe(3);
    const wrong = await linewright('spc', file('k.csv', '1\n2\n'), '--lsl', 'low');
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain('--lsl');
  });
});

describe('linewright kpi', () => {
  it('answers its cases, and says which kinds it has', async () => {
    const { code, out } = await linewright('kpi', path.join(fixtures, 'kpi/fixtures/iso22400-kpis.json'));
    expect(code).toBe(0);
    expect(out).toContain('"oeeIndex": 0.7253333333333');
    const other = await linewright('kpi', path.join(fixtures, 'spc/fixtures/imr-nist-flowrate.json'));
    expect(other.code).toBe(1);
    expect(other.out).toContain('is not one of oee, oee-event-log, iso22400');
  });
});
