import { describe, expect, it } from 'vitest';
import { Format, readNumber, unitSymbol } from './format.ts';

const zone = 'Europe/Berlin';
const en = new Format(() => ({ language: 'en', timeZone: zone }));
const de = new Format(() => ({ language: 'de', timeZone: zone }));
const plain = (text: string): string => text.replaceAll('\u00A0', ' ');

describe('numbers', () => {
  it('have fixed decimals and the mark of the language', () => {
    expect(en.number(24.013, 3)).toBe('24.013');
    expect(de.number(24.01, 3)).toBe('24,010');
    expect(de.number(1234.5, 1)).toBe('1234,5');
  });
  it('carry their unit and never break from it', () => {
    expect(de.quantity(12.4, 1, 'kN')).toBe('12,4\u00A0kN');
    expect(en.quantity(null, 1, 'kN')).toBe('–\u00A0kN');
    expect(unitSymbol('Cel')).toBe('°C');
    expect(unitSymbol('furlong')).toBe('furlong');
  });
  it('show no negative zero and no NaN', () => {
    expect(en.number(-0, 2)).toBe('0.00');
    expect(en.number(Number.NaN, 2)).toBe('–');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 s'],
    [0.4, '< 1 ms'],
    [40, '40 ms'],
    [320, '0.3 s'],
    [6_240, '6.2 s'],
    [9_960, '10 s'],
    [59_700, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_600, '1 h'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(plain(en.duration(ms))).toBe(text);
  });
  it('are never rounded to nothing', () => {
    for (const ms of [0.01, 1, 49, 99.9, 100, 104, 999]) {
      expect(plain(en.duration(ms))).not.toMatch(/^0(\.0)? /);
    }
  });
  it('use the decimal mark of the language', () => {
    expect(plain(de.duration(6_240))).toBe('6,2 s');
  });
});

describe('times', () => {
  // 22 Nov 2026 13:07:32 UTC = 14:07:32 in Berlin.
  const at = Date.UTC(2026, 10, 22, 13, 7, 32);
  it('are the plant’s, with seconds, 24 h', () => {
    expect(en.time(at)).toBe('14:07:32');
    expect(en.time(Date.UTC(2026, 10, 22, 23, 0, 0))).toBe('00:00:00');
    expect(en.day(at)).toBe('Sun 22 Nov');
    expect(de.day(at)).toBe('So 22. Nov');
  });
  it('carry the date when it is not today', () => {
    expect(en.instant(at, at + 1000)).toBe('14:07:32');
    expect(de.instant(at, at + 86_400_000)).toBe('22.11.2026 14:07:32');
  });
});

describe('numbers keyed in', () => {
  it.each([
    ['24,013', 24.013],
    ['24.013', 24.013],
    ['-0,5', -0.5],
    [',5', 0.5],
    ['7.', 7],
  ])('%s is %d', (text, value) => expect(readNumber(text)).toBe(value));
  it.each(['', '-', ',', '1.234,5', '1e5', '0x1F', '12a', '--1'])('%s is none', (text) =>
    expect(readNumber(text)).toBeNull(),
  );
});
