import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DigimaticParser, judge, type GaugeFrame } from './codec.ts';

interface Fixture {
  readonly what: string;
  readonly settings: { readonly fieldLength?: number };
  readonly ascii: string;
  readonly frames: readonly Record<string, unknown>[];
}
const fixtures = JSON.parse(readFileSync(new URL('fixtures/frames.json', import.meta.url), 'utf8')) as Fixture[];

function brief(frame: GaugeFrame): Record<string, unknown> {
  if (frame.kind === 'error') return { error: frame.code };
  if (frame.kind === 'invalid') return { fault: frame.fault };
  const { value, decimals, channel, unit } = frame;
  return { value, decimals, ...(channel !== 1 && { channel }), ...(unit !== null && { unit }) };
}

describe('fixtures', () => {
  test.each(fixtures)('$what', ({ settings, ascii, frames }) => {
    const length = settings.fieldLength ?? 8;
    expect(new DigimaticParser(length).push(Buffer.from(ascii)).map(brief)).toEqual(frames);
    const single = new DigimaticParser(length);
    expect([...Buffer.from(ascii)].flatMap((byte) => single.push(Uint8Array.of(byte))).map(brief)).toEqual(frames);
  });
});

test('every value the form can carry comes back exactly', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9_999_999 }),
      fc.integer({ min: 0, max: 6 }),
      fc.boolean(),
      (n, places, minus) => {
        const digits = String(n).padStart(7, '0');
        const field = `${digits.slice(0, 7 - places)}.${digits.slice(7 - places)}`;
        const frames = new DigimaticParser(8).push(Buffer.from(`01A${minus ? '-' : '+'}${field}\r`));
        const value = Number(field);
        expect(frames.map(brief)).toEqual([{ value: minus && value !== 0 ? -value : value, decimals: places }]);
      },
    ),
  );
});

test('a frame with any one byte lost is never a value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999_999 }), fc.integer({ min: 0, max: 12 }), (n, lost) => {
      const digits = String(n).padStart(7, '0');
      const frame = [...Buffer.from(`01A+${digits.slice(0, 4)}.${digits.slice(4)}\r`)];
      const parser = new DigimaticParser(8);
      const got = [
        ...parser.push(Uint8Array.from(frame.filter((_, index) => index !== lost))),
        ...[parser.idle() ?? []].flat(),
      ];
      expect(got.map(({ kind }) => kind)).toEqual(['invalid']);
    }),
  );
});

test('any bytes: never throws, a good frame after a CR is taken', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parser = new DigimaticParser(8);
      parser.push(bytes);
      expect(brief(parser.push(Buffer.from('\r01A+0024.005\r')).at(-1)!)).toEqual({ value: 24.005, decimals: 3 });
    }),
  );
});

describe('judge', () => {
  const frame = (text: string): GaugeFrame => new DigimaticParser(8).push(Buffer.from(`${text}\r`))[0]!;
  test('inches are never taken for millimetres', () => {
    expect(judge(frame('01A+00.94508in'), 1, 'mm')).toMatchObject({ kind: 'damaged', fault: 'wrong-unit' });
    expect(judge(frame('01A+00.94508in'), 1, '[in_i]')).toMatchObject({ kind: 'good', value: 0.94508 });
    expect(judge(frame('01A+0024.005mm'), 1, 'mm')).toMatchObject({ kind: 'good', value: 24.005 });
  });
  test('another channel is not this gauge', () => {
    expect(judge(frame('02A+0024.005'), 1, 'mm')).toMatchObject({ kind: 'damaged', fault: 'wrong-channel' });
    expect(judge(frame('921'), 1, 'mm')).toMatchObject({ kind: 'damaged', fault: 'wrong-channel' });
    expect(judge(frame('02A+0024.005'), 2, 'mm')).toMatchObject({ kind: 'good' });
  });
  test('an error of the gauge is told with its number', () => {
    expect(judge(frame('912'), 1, 'mm')).toMatchObject({ kind: 'gauge-error', code: 2 });
  });
});
