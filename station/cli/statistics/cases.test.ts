import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerCase, statisticsKinds } from './answer.ts';
import { kpiKinds } from './kpi-case.ts';
import { readCase } from './read-case.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folders = ['domain/spc/fixtures', 'domain/kpi/fixtures'].map((folder) => path.join(root, folder));
/** Where the cases were handed over; they may be more than the copies here. */
const shared = path.resolve(root, '../shared/spc/open');
const files = [...folders, ...(existsSync(shared) ? [shared] : [])].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.join(folder, name)),
);

interface Tolerance {
  readonly rel?: number;
  readonly abs?: number;
  readonly exact?: boolean;
}
interface CaseFile {
  readonly kind: string;
  readonly expected?: unknown;
  readonly input?: Record<string, unknown>;
  readonly parameters: Record<string, unknown>;
  readonly subcases?: readonly {
    readonly name: string;
    readonly expected: unknown;
    readonly input: Record<string, unknown>;
  }[];
  readonly tolerance: Readonly<Record<string, Tolerance>>;
}
const kinds = { ...statisticsKinds, ...kpiKinds };
const read = (file: string): CaseFile => JSON.parse(readFileSync(file, 'utf8')) as CaseFile;

/** Every difference beyond the tolerance of its field, as text. */
function differences(have: unknown, want: unknown, tolerance: CaseFile['tolerance'], at = ''): string[] {
  if (typeof want === 'object' && want !== null) {
    if (typeof have !== 'object' || have === null) return [`${at}: ${JSON.stringify(have)} is no list or object`];
    const lengths = Array.isArray(want) && (have as unknown[]).length !== want.length;
    if (lengths) return [`${at}: ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`];
    return Object.entries(want).flatMap(([key, value]) =>
      differences((have as Record<string, unknown>)[key], value, tolerance, at === '' ? key : `${at}.${key}`),
    );
  }
  const own = Object.keys(tolerance)
    .filter((key) => at === key || at.startsWith(`${key}.`))
    .sort((a, b) => b.length - a.length)[0];
  const { rel = 0, abs = 0, exact = false } = tolerance[own ?? 'default'] ?? {};
  const near =
    typeof want === 'number' && typeof have === 'number' && !exact
      ? Math.abs(have - want) <= Math.max(abs, rel * Math.abs(want))
      : have === want;
  return near ? [] : [`${at}: ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`];
}

/** name of the subcase (or '') -> what was expected */
const questions = (file: CaseFile): readonly (readonly [string, unknown])[] =>
  file.subcases?.map(({ name, expected }) => [name, expected] as const) ?? [['', file.expected]];

describe('reference cases', () => {
  expect(files.length).toBeGreaterThanOrEqual(30);

  it.each(files.map((file) => [path.relative(root, file), file]))('%s', (_, file) => {
    const asked = read(file);
    const { answer } = answerCase(kinds, readCase(asked));
    for (const [i, [name, expected]] of questions(asked).entries()) {
      const told = 'subcases' in answer ? answer.subcases[i] : answer;
      expect(told?.refused, name).toBeUndefined();
      expect(differences(told?.expected, expected, asked.tolerance), name).toEqual([]);
      // Nothing but what was asked for.
      expect(Object.keys(told?.expected as object).sort()).toEqual(Object.keys(expected as object).sort());
    }
  });

  it.each(files.map((file) => [path.relative(root, file), file]))('%s, without being told the fields', (_, file) => {
    const asked = read(file);
    const bare = {
      ...asked,
      expected: undefined,
      ...(asked.subcases && { subcases: asked.subcases.map(({ expected: __, ...rest }) => rest) }),
    };
    const { answer } = answerCase(kinds, readCase(bare));
    for (const [i, [name, expected]] of questions(asked).entries()) {
      const told = 'subcases' in answer ? answer.subcases[i] : answer;
      expect(differences(told?.expected, expected, asked.tolerance), name).toEqual([]);
    }
  });
});

const everyNumber = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(everyNumber)
      : [];

describe('bad data', () => {
  const own = files
    .filter((file) => file.startsWith(root))
    .map((file) => [path.relative(root, file), read(file)] as const);
  const odd = fc.constantFrom(null, 0, -1, 1e15, 1e308, -1e308, 5e-324, 0.1, 1_000_000, 'text', [], {}, [null], true);

  it.each(own)('of %s give numbers, null or a refusal, never NaN or Infinity', (_, asked) => {
    const inputs = asked.subcases?.map(({ input }) => input) ?? [asked.input ?? {}];
    const leaves = (value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] =>
      typeof value === 'object' && value !== null
        ? [at, ...Object.entries(value).flatMap(([key, each]) => leaves(each, [...at, key]))]
        : [at];
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 4 }),
        (pick, cut, changes) => {
          const asking = structuredClone({ parameters: asked.parameters, input: inputs[pick % inputs.length] ?? {} });
          for (const [place, value] of changes) {
            const all = leaves(asking).filter((each) => each.length > 1);
            const at = all[place % all.length];
            if (!at) continue;
            const parent = at
              .slice(0, -1)
              .reduce<unknown>((each, key) => (each as Record<string, unknown>)[key], asking);
            (parent as Record<string, unknown>)[at.at(-1)!] = structuredClone(value);
          }
          // A short series now and then.
          for (const [name, value] of Object.entries(asking.input)) {
            if (Array.isArray(value) && cut % 3 === 0)
              (asking.input as Record<string, unknown>)[name] = value.slice(0, cut % 5);
          }
          const { answer } = answerCase(kinds, readCase({ kind: asked.kind, ...asking }));
          expect(everyNumber(answer).every(Number.isFinite)).toBe(true);
          expect('expected' in answer || 'refused' in answer).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('combined kinds', () => {
  const ask = (kind: string, parameters: object, input: object, expected?: unknown): Record<string, never> =>
    (answerCase(kinds, readCase({ kind, parameters, input, expected })).answer as { expected: Record<string, never> })
      .expected;

  it('np+p: by part, or the shape tells which is meant', () => {
    const input = { defectives: [3, 4, 2, 9], size: 50 };
    const np = ask('np', {}, input);
    const p = ask('p', {}, input);
    expect(ask('np+p', {}, input)).toMatchObject({ np: expect.anything(), ucl: np['ucl'] });
    expect(ask('np+p', {}, input, { np: { ucl: 1, violations: [] }, p: { ucl: [1, 1, 1, 1] } })).toEqual({
      np: { ucl: np['ucl'], violations: np['violations'] },
      p: { ucl: p['ucl'] },
    });
    expect(ask('np+p', {}, input, { p: [1], pbar: 1 })).toEqual({ p: p['p'], pbar: p['pbar'] });
  });
  it('xbar-r+xbar-s, i-mr+capability, grr-anova+grr-average-range', () => {
    const subgroups = [
      [1, 2, 4],
      [2, 3, 3],
      [5, 1, 2],
    ];
    const both = ask(
      'xbar-r+xbar-s',
      {},
      { subgroups },
      { xbarR: { r: { ucl: 1 } }, xbarS: { s: { ucl: 1 } }, sbar: 1 },
    );
    expect(both).toEqual({
      xbarR: { r: { ucl: ask('xbar-r', {}, { subgroups })['r']!['ucl'] } },
      xbarS: { s: { ucl: ask('xbar-s', {}, { subgroups })['s']!['ucl'] } },
      sbar: ask('xbar-s', {}, { subgroups })['sbar'],
    });
    const values = [1, 2, 1.5, 1.2, 3, null, 2];
    expect(
      ask('i-mr+capability', { lsl: 0, usl: 4 }, { values }, { mrbar: 1, sigmaWithin: 1, sigma: 1, cpk: 1 }),
    ).toMatchObject({
      sigmaWithin: ask('i-mr', {}, { values })['sigma'],
    });
    const measurements = read(path.join(root, 'domain/spc/fixtures/grr-aiag-anova.json')).input;
    expect(
      ask('grr-anova+grr-average-range', {}, measurements!, { anova: { ndc: 1 }, averageRange: { ndc: 1 } }),
    ).toEqual({
      anova: { ndc: 4 },
      averageRange: { ndc: 5 },
    });
  });
  it('xbar-r+xbar-s: the limits of the means by name, each sigma', () => {
    const subgroups = [
      [1, 2, 4],
      [2, 3, 3],
      [5, 1, 2],
    ];
    const one = (kind: string) => ask(kind, {}, { subgroups });
    const line = { cl: 1, ucl: 1, lcl: 1 };
    expect(
      ask('xbar-r+xbar-s', {}, { subgroups }, { xbarR: line, xbarS: line, sigmaR: 1, sigmaS: 1, s: { ucl: 1 } }),
    ).toEqual({
      xbarR: one('xbar-r')['xbar'],
      xbarS: one('xbar-s')['xbar'],
      sigmaR: one('xbar-r')['sigma'],
      sigmaS: one('xbar-s')['sigma'],
      s: { ucl: one('xbar-s')['s']!['ucl'] },
    });
  });
  it('constant, single and no values have fields that are null', () => {
    const fields = { n: 1, mean: 1, sigma: 1, cp: 1, cpk: 1, x: { ucl: 1 } };
    const of = (values: unknown[]) => ask('i-mr+capability', { lsl: 0, usl: 9 }, { values }, fields);
    expect(of([5, 5, 5])).toEqual({ n: 3, mean: 5, sigma: 0, cp: null, cpk: null, x: { ucl: 5 } });
    expect(of([5])).toEqual({ n: 1, mean: 5, sigma: null, cp: null, cpk: null, x: { ucl: null } });
    expect(
      ask('i-mr+capability', { usl: 9 }, { values: [5] }, { x: { cl: 1 }, ppmWithin: null, observed: { ppm: 1 } }),
    ).toEqual({
      x: { cl: 5 },
      ppmWithin: null,
      observed: { ppm: 0 },
    });
    expect(of([])).toEqual({ n: 0, mean: null, sigma: null, cp: null, cpk: null, x: { ucl: null } });
    expect(of([null, null])).toEqual({ n: 0, mean: null, sigma: null, cp: null, cpk: null, x: { ucl: null } });
  });
  it('a case that cannot be answered says where, and its fields are null', () => {
    const answer = answerCase(
      kinds,
      readCase({ kind: 'p', input: { defectives: [3], sizes: ['x'] }, expected: { pbar: 1 } }),
    );
    expect(answer).toEqual({
      answer: {
        expected: { pbar: null },
        refused: {
          code: 'case.unreadable',
          params: { at: 'input.sizes[0]', problem: 'is "x"; a number or null is expected' },
        },
      },
      refused: true,
    });
    expect(answerCase(kinds, readCase({ kind: 'pie', input: {} })).answer).toMatchObject({
      refused: { params: { at: 'kind' } },
    });
  });
});
