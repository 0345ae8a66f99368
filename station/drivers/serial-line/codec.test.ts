import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineParser, type LineFrame, type LineRules } from './codec.ts';
import { settingsSchema } from './manifest.ts';

interface Fixture {
  readonly what: string;
  readonly settings: Partial<LineRules>;
  readonly hex: string;
  readonly frames: readonly object[];
  readonly idle?: object;
}
const fixtures = JSON.parse(readFileSync(new URL('fixtures/lines.json', import.meta.url), 'utf8')) as Fixture[];

function rules(settings: Partial<LineRules> = {}): LineRules {
  return settingsSchema.parse({ link: { kind: 'tcp', host: 'h', port: 1 }, ...settings });
}
function brief(frame: LineFrame | null): object | null {
  if (frame === null) return null;
  return frame.kind === 'text' ? { text: frame.text } : { fault: frame.fault };
}

describe('fixtures', () => {
  test.each(fixtures)('$what', ({ settings, hex, frames, idle }) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const whole = new LineParser(rules(settings));
    expect(whole.push(bytes).map(brief)).toEqual(frames);
    expect(brief(whole.idle())).toEqual(idle ?? null);
    const single = new LineParser(rules(settings));
    expect([...bytes].flatMap((byte) => single.push(Uint8Array.of(byte))).map(brief)).toEqual(frames);
  });
});

test('any bytes: never throws, and a good line after a terminator is taken', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('utf8', 'latin1'), (bytes, encoding) => {
      const parser = new LineParser(rules({ encoding, maxLength: 64 }));
      parser.push(bytes);
      const frames = parser.push(Buffer.from('\rWO-1\r'));
      expect(brief(frames.at(-1)!)).toEqual({ text: 'WO-1' });
    }),
  );
});

test('any text without line ends comes through unchanged, control characters too', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((value) => !/[\r\n]/.test(value));
  fc.assert(
    fc.property(text, (value) => {
      const frames = new LineParser(rules()).push(Buffer.from(`${value}\r`, 'utf8'));
      expect(frames).toEqual([{ kind: 'text', text: value }]);
    }),
  );
});

test('a lost link gives up the half line and says what it was', () => {
  const parser = new LineParser(rules({ acceptWithoutTerminator: true }));
  expect(parser.push(Buffer.from('AB\u001d'))).toEqual([]);
  expect(parser.cut()).toBe('AB\u241d');
  expect(parser.cut()).toBeNull();
  expect(parser.push(Buffer.from('CD\r'))).toEqual([{ kind: 'text', text: 'CD' }]);
});
