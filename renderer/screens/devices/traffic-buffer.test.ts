import { describe, expect, it } from 'vitest';
import { hexPairs, linesKept, TrafficBuffer } from './traffic-buffer.ts';

const line = (text: string): { at: number; direction: 'in'; hex: null; text: string } => ({
  at: 1,
  direction: 'in',
  hex: null,
  text,
});

describe('the live view', () => {
  it('keeps the newest lines in order and numbers them once', () => {
    const buffer = new TrafficBuffer();
    buffer.add([line('a'), line('b')], 0);
    buffer.add(
      Array.from({ length: linesKept }, (_, index) => line(String(index))),
      0,
    );
    expect(buffer.lines).toHaveLength(linesKept);
    expect(buffer.lines[0]?.number).toBe(3);
    expect(buffer.lines.at(-1)).toMatchObject({ number: linesKept + 2, text: String(linesKept - 1) });
  });
  it('adds up what the station dropped and forgets it when cleared', () => {
    const buffer = new TrafficBuffer();
    buffer.add([], 7);
    buffer.add([line('x')], 5);
    expect(buffer.dropped).toBe(12);
    buffer.clear();
    expect([buffer.dropped, buffer.lines.length]).toEqual([0, 0]);
    buffer.add([line('y')], 0);
    expect(buffer.lines[0]?.number).toBe(2);
  });
  it('writes bytes as pairs whatever way they came', () => {
    expect(hexPairs('300d')).toBe('30 0D');
    expect(hexPairs('30 0d 1d')).toBe('30 0D 1D');
    expect(hexPairs('')).toBe('');
  });
});
