import { describe, expect, it } from 'vitest';
import { partsOf } from './control-characters.ts';

describe('control characters in the live view', () => {
  it('stand as their names between the text', () => {
    expect(partsOf('01A+0024.005␍␊')).toEqual([
      { control: false, text: '01A+0024.005' },
      { control: true, text: 'CR' },
      { control: true, text: 'LF' },
    ]);
    expect(partsOf('␝␀␡').map(({ text }) => text)).toEqual(['GS', 'NUL', 'DEL']);
  });
  it('leave other text alone', () => {
    expect(partsOf('Ä 24 µm →')).toEqual([{ control: false, text: 'Ä 24 µm →' }]);
    expect(partsOf('')).toEqual([]);
  });
});
