/**
 * An early shift at the press in which everything happens that machine time is about, as a script (script.ts): what people
 * watch at 60 x speed, and what tests calculate by hand. Shift from 06:00 to 14:00, break 09:00 to 09:15, maintenance planned
 * from 13:30. Every stop comes between two strokes (a stroke takes 4 s and begins at each whole cycle since the press went
 * on), so that pieces can be counted with a pencil.
 */
import type { ScriptStep } from './script.ts';

const clock = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return ((hours - 6) * 3_600 + minutes * 60 + seconds) * 1_000;
};
const step = (at: string, what: string, how?: Readonly<Record<string, unknown>>): ScriptStep => {
  return { at: clock(at), do: what, ...(how === undefined ? {} : { with: how }) };
};

/** Machine ms. */
export const shiftMs = clock('14:00');

/** What it comes to by hand, with an ideal time of a piece of 18 s (the calculation: tests/integration/shift-by-hand.test.ts). */
export const byHand = {
  idealS: 18,
  /** Elements of ISO 22400-2, machine s. */
  elements: { APT: 21_430, AUST: 1_190, ADET: 3_480, PDOT: 2_700, ADOT: 0, unplanned: 0, unknown: 0 },
  /** Pieces. */
  produced: 1_032,
  scrap: 6,
} as const;

export const earlyShift: readonly ScriptStep[] = [
  step('06:00:00', 'feed', { cycleMs: 20_000 }),
  // Changeover.
  step('07:00:10', 'mode', { mode: 'setup' }),
  step('07:20:00', 'mode', { mode: 'automatic' }),
  // Stopped for a look at the tool: a micro-stop.
  step('08:00:10', 'hold'),
  step('08:01:30', 'resume'),
  // The break; after it the press runs slower.
  step('09:00:00', 'hold'),
  step('09:15:00', 'resume'),
  step('09:15:00', 'feed', { cycleMs: 24_000 }),
  step('10:40:10', 'fault', { alarm: 'E17 Ram does not reach its position' }),
  step('11:05:00', 'recover'),
  step('11:05:00', 'feed', { cycleMs: 20_000 }),
  step('11:30:10', 'block'),
  step('11:42:00', 'block', { on: false }),
  // The controller loses its counter.
  step('12:00:10', 'count', { value: 0 }),
  step('12:10:00', 'fail', { cycles: 6 }),
  step('12:30:10', 'starve'),
  step('12:50:10', 'starve', { on: false }),
  // It claims what no press can make.
  step('13:00:20', 'rush', { cycles: 5_000 }),
  step('13:30:00', 'mode', { mode: 'maintenance' }),
  step('13:30:00', 'pause'),
];
