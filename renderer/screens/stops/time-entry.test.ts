import { expect, it } from 'vitest';
import { instantOfDigits } from './time-entry.ts';

const at = (text: string): number => Date.parse(text);
const read = (digits: string, from: string, to: string): string | null => {
  const found = instantOfDigits(digits, { from: at(from), to: at(to) }, 'Europe/Berlin');
  return found === null ? null : new Date(found).toISOString();
};

it('finds the time of day within the stop, also over midnight', () => {
  expect(read('1440', '2026-11-26T13:00:00Z', '2026-11-26T14:00:00Z')).toBe('2026-11-26T13:40:00.000Z');
  expect(read('144030', '2026-11-26T13:00:00Z', '2026-11-26T14:00:00Z')).toBe('2026-11-26T13:40:30.000Z');
  expect(read('0010', '2026-11-26T22:00:00Z', '2026-11-27T01:00:00Z')).toBe('2026-11-26T23:10:00.000Z');
  expect(read('2350', '2026-11-26T22:00:00Z', '2026-11-27T01:00:00Z')).toBe('2026-11-26T22:50:00.000Z');
});
it('knows no time outside of it, at its ends, or that is none', () => {
  for (const digits of ['1300', '1500', '1400', '2460', '9999', '14', '', '144', '1440300'])
    expect(read(digits, '2026-11-26T13:00:00Z', '2026-11-26T14:00:00Z'), digits).toBeNull();
});
it('in the night in which the clocks are set back the first one is meant', () => {
  expect(read('0230', '2026-10-24T22:00:00Z', '2026-10-25T05:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  expect(read('0230', '2026-10-25T00:45:00Z', '2026-10-25T05:00:00Z')).toBeNull();
});
