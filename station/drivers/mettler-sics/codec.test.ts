import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SicsParser, judge, type SicsFrame } from './codec.ts';

interface Fixture {
  readonly what: string;
  readonly ascii: string;
  readonly frames: readonly Record<string, unknown>[];
}
const fixtures = JSON.parse(readFileSync(new URL('fixtures/answers.json', import.meta.url), 'utf8')) as Fixture[];

function brief(frame: SicsFrame): Record<string, unknown> {
  switch (frame.kind) {
    case 'weight':
      return {
        [frame.id]: frame.value,
        decimals: frame.decimals,
        unit: frame.unit,
        ...(!frame.stable && { moving: true }),
      };
    case 'refusal':
      return { [frame.id]: frame.refusal };
    case 'done':
      return { [frame.id]: frame.status, ...(frame.texts.length > 0 && { texts: frame.texts }) };
    case 'fault':
      return { fault: frame.code };
    case 'error':
      return { error: frame.error };
    case 'invalid':
      return { invalid: frame.fault };
  }
}
const parse = (text: string): SicsFrame[] => new SicsParser(10).push(Buffer.from(text, 'latin1'));

describe('fixtures', () => {
  test.each(fixtures)('$what', ({ ascii, frames }) => {
    expect(parse(ascii).map(brief)).toEqual(frames);
    const single = new SicsParser(10);
    expect([...Buffer.from(ascii)].flatMap((byte) => single.push(Uint8Array.of(byte))).map(brief)).toEqual(frames);
  });
});

const weights = fc.record({
  digits: fc.integer({ min: 0, max: 9_999_999 }),
  places: fc.integer({ min: 0, max: 6 }),
  minus: fc.boolean(),
  stable: fc.boolean(),
  unit: fc.constantFrom('g', 'kg', 'mg', 'ct', 'lb', 'ozt'),
});
type Weight = typeof weights extends fc.Arbitrary<infer W> ? W : never;
function written({ digits, places, minus, stable, unit }: Weight): { value: number; line: string } {
  const size = (digits / 10 ** places).toFixed(places);
  const line = `S ${stable ? 'S' : 'D'} ${`${minus ? '-' : ''}${size}`.padStart(10)} ${unit}\r\n`;
  return { value: minus && Number(size) !== 0 ? -Number(size) : Number(size), line };
}

test('every weight that the form can carry comes back exactly, however it is cut', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 0, max: 20 }), (weight, cut) => {
      const { value, line } = written(weight);
      const parser = new SicsParser(10);
      const frames = [
        ...parser.push(Buffer.from(line.slice(0, cut), 'latin1')),
        ...parser.push(Buffer.from(line.slice(cut), 'latin1')),
      ];
      expect(frames).toMatchObject([{ kind: 'weight', value, decimals: weight.places, stable: weight.stable }]);
    }),
  );
});

test('a weight with any one byte lost or doubled is never another weight', () => {
  fc.assert(
    fc.property(weights, fc.nat(), fc.boolean(), (weight, where, doubled) => {
      const { value, line } = written(weight);
      const bytes = [...Buffer.from(line, 'latin1')];
      const at = where % bytes.length;
      bytes.splice(at, doubled ? 0 : 1, ...(doubled ? [bytes[at]!] : []));
      const parser = new SicsParser(10);
      const got = [...parser.push(Uint8Array.from(bytes)), ...[parser.idle() ?? []].flat()];
      // A lost or doubled byte of the ending or of the unit leaves the number whole.
      for (const frame of got) if (frame.kind === 'weight') expect(frame.value).toBe(value);
      if (at < line.indexOf(weight.unit)) expect(got.map(({ kind }) => kind)).not.toContain('weight');
    }),
  );
});

test('any bytes: never throws, bounded, a good line after an end is taken', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const parser = new SicsParser(10);
      parser.push(bytes);
      const last = parser.push(Buffer.from('\r\nS S     100.00 g\r\n')).at(-1)!;
      expect(brief(last)).toEqual({ S: 100, decimals: 2, unit: 'g' });
    }),
  );
});

test('half a line is no weight, neither when the line goes quiet nor when it is cut', () => {
  const parser = new SicsParser(10);
  expect(parser.push(Buffer.from('S S     100.00 g'))).toEqual([]);
  expect(parser.pending).toBe(true);
  expect(parser.idle()).toMatchObject({ kind: 'invalid', fault: 'terminator-missing' });
  parser.push(Buffer.from('S S     10'));
  expect(parser.cut()).toBe('S S     10');
  expect(parser.push(Buffer.from('0.00 g\r\n'))).toMatchObject([{ kind: 'invalid' }]);
});

test('a line without end is thrown away', () => {
  expect(parse('x'.repeat(400))).toMatchObject([{ kind: 'invalid', fault: 'overlong' }]);
});

describe('judge', () => {
  const of = (text: string, unit: string | null = 'g') => judge(parse(`${text}\r\n`)[0]!, unit);
  test('at rest is good, moving is uncertain, both with their value', () => {
    expect(of('S S     100.00 g')).toEqual({ value: 100, quality: 'good', status: 'Good' });
    expect(of('S D     100.00 g')).toEqual({ value: 100, quality: 'uncertain', status: 'not-stable' });
  });
  test('another unit is never taken for the tag’s, nor converted', () => {
    const wrong = { value: null, quality: 'bad', status: 'wrong-unit' };
    expect(of('S S      0.100 kg')).toEqual(wrong);
    expect(of('S S         12 PCS')).toEqual(wrong);
    expect(of('S S     100.00 g', null)).toEqual(wrong);
    expect(of('S S      0.100 kg', 'kg')).toMatchObject({ value: 0.1, quality: 'good' });
  });
  test.each([
    ['S +', 'overload'],
    ['S -', 'underload'],
    ['S I', 'not-ready'],
    ['S L', 'refused'],
    ['S S  Error 10b', 'device-fault'],
    ['S S    1456.2 g', 'frame-invalid'],
    ['x'.repeat(200), 'frame-overlong'],
  ])('%s is bad: %s', (text, status) => {
    expect(of(text)).toEqual({ value: null, quality: 'bad', status });
  });
});
