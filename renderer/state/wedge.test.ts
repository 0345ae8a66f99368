import { describe, expect, it } from 'vitest';
import { gapMs, stallMs, Wedge, type WedgeKey } from './wedge.ts';

const press = (key: string, at: number, more: Partial<WedgeKey> = {}): WedgeKey => ({
  key,
  at,
  ctrl: false,
  alt: false,
  meta: false,
  repeat: false,
  ...more,
});

/** Presses the keys `gap` ms apart and gathers what came of it. */
function play(wedge: Wedge, keys: readonly (string | WedgeKey)[], gap: number, from = 1_000) {
  const typed: string[] = [];
  const scans: string[] = [];
  const passed: string[] = [];
  let at = from;
  for (const key of keys) {
    const whole = typeof key === 'string' ? press(key, at) : { ...key, at };
    const answer = wedge.press(whole);
    typed.push(...answer.typed);
    if (answer.scan !== null) scans.push(answer.scan);
    if (!answer.eat) passed.push(whole.key);
    at += gap;
  }
  return { typed, scans, passed };
}

describe('wedge', () => {
  it('takes a fast burst with Enter as one scan, and lets nobody else see it', () => {
    expect(play(new Wedge(), [...'PMP100-2600417', 'Enter'], 4)).toEqual({
      typed: [],
      scans: ['PMP100-2600417'],
      passed: [],
    });
  });
  it('takes Tab as an end too, and Shift between the keys', () => {
    expect(play(new Wedge(), ['Shift', 'B', 'Shift', 'D', 'G', '-', '1', 'Tab'], 10).scans).toEqual(['BDG-1']);
  });
  it('takes a burst at exactly the allowed gap, and none just above it', () => {
    expect(play(new Wedge(), [...'1234', 'Enter'], gapMs).scans).toEqual(['1234']);
    expect(play(new Wedge(), [...'1234', 'Enter'], gapMs + 1).scans).toEqual([]);
  });
  it('forgives a stall inside a burst that no person could have typed, but not a pause', () => {
    const wedge = new Wedge();
    play(wedge, [...'WO-1'], 4, 0);
    expect(play(wedge, [...'0452', 'Enter'], 4, 12 + stallMs).scans).toEqual(['WO-10452']);
    const other = new Wedge();
    play(other, [...'WO-1'], 4, 0);
    expect(play(other, [...'0452', 'Enter'], 4, 13 + stallMs)).toMatchObject({ typed: [...'WO-1'], scans: ['0452'] });
  });
  it('gives slow typing back unchanged and in order', () => {
    const wedge = new Wedge();
    const { typed, scans, passed } = play(wedge, [...'Hello wörld', 'Enter'], 90);
    expect(typed.join('') + wedge.expire().join('')).toBe('Hello wörld');
    expect(scans).toEqual([]);
    expect(passed).toEqual(['Enter']);
  });
  it('gives a short fast burst back: too short for a code', () => {
    expect(play(new Wedge(), ['1', '2', '3', 'Enter'], 5)).toEqual({
      typed: ['1', '2', '3'],
      scans: [],
      passed: ['Enter'],
    });
  });
  it('does not glue what a person typed before to the scan', () => {
    const wedge = new Wedge();
    expect(wedge.press(press('s', 0)).eat).toBe(true);
    const { typed, scans } = play(wedge, [...'WO-10452', 'Enter'], 3, 400);
    expect(typed).toEqual(['s']);
    expect(scans).toEqual(['WO-10452']);
  });
  it('is no scan when Enter comes late', () => {
    const wedge = new Wedge();
    play(wedge, [...'123456'], 5, 0);
    expect(wedge.press(press('Enter', 300))).toEqual({ eat: false, typed: [...'123456'], scan: null });
  });
  it('keeps control characters: Ctrl+], F8 and Alt+029', () => {
    const gs = press(']', 0, { ctrl: true });
    expect(play(new Wedge(), ['0', '1', 'A', gs, '1', '0', 'F8', 'B', 'Enter'], 5).scans).toEqual(['01A\x1d10\x1dB']);
    const wedge = new Wedge();
    play(wedge, ['0', '1', 'A'], 5, 0);
    for (const [index, digit] of [...'029'].entries()) wedge.press(press(digit, 15 + index, { alt: true }));
    expect(wedge.altUp(20)).toBe(true);
    expect(play(wedge, ['B', 'Enter'], 5, 25).scans).toEqual(['01A\x1dB']);
  });
  it('leaves Ctrl+C, a held key and the arrows to the others', () => {
    expect(new Wedge().press(press('c', 0, { ctrl: true })).eat).toBe(false);
    expect(new Wedge().press(press('a', 0, { repeat: true })).eat).toBe(false);
    expect(new Wedge().press(press('ArrowDown', 0)).eat).toBe(false);
  });
  it('gives held keys back before an arrow or Backspace acts', () => {
    const wedge = new Wedge();
    wedge.press(press('x', 0));
    expect(wedge.press(press('Backspace', 10))).toEqual({ eat: false, typed: ['x'], scan: null });
  });
});
