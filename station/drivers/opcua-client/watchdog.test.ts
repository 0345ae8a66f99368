import { expect, it } from 'vitest';
import { Watchdog } from './watchdog.ts';

/** A clock moved by hand. `heldUp`: the program is busy, timers come late and all at once. */
function handClock() {
  let at = 0;
  const timers = new Set<{ due: number; run: () => void }>();
  return {
    clock: {
      now: () => at,
      monotonic: () => at,
      setTimer(ms: number, run: () => void) {
        const timer = { due: at + ms, run };
        timers.add(timer);
        return { cancel: () => void timers.delete(timer) };
      },
    },
    pass(ms: number, heldUp = false) {
      const until = at + ms;
      if (heldUp) at = until;
      for (;;) {
        const next = [...timers].toSorted((a, b) => a.due - b.due)[0];
        if (next === undefined || next.due > until) break;
        timers.delete(next);
        at = Math.max(at, next.due);
        next.run();
      }
      at = until;
    },
  };
}

function watched() {
  const { clock, pass } = handClock();
  const told: string[] = [];
  const dog = new Watchdog(clock, 5_000, {
    silent: () => told.push('silent'),
    back: () => told.push('back'),
    dead: (_ms, ever) => {
      told.push(`dead ${ever}`);
      dog.end();
    },
  });
  return { dog, pass, told };
}

it('tells silence at its limit, its end, and death at twice the limit', () => {
  const { dog, pass, told } = watched();
  dog.begin(1_500);
  pass(4_500);
  expect(told).toEqual([]);
  pass(1_000);
  expect(told).toEqual(['silent']);
  dog.heard();
  expect(told).toEqual(['silent', 'back']);
  expect(dog.silent).toBe(false);
  pass(11_000);
  expect(told).toEqual(['silent', 'back', 'silent', 'dead true']);
});

it('knows when nothing was ever heard', () => {
  const { dog, pass, told } = watched();
  dog.begin(1_500);
  pass(30_000);
  expect(told).toEqual(['silent', 'dead false']);
});

it('gives a server with rare keep-alives its time', () => {
  const { dog, pass, told } = watched();
  dog.begin(20_000);
  pass(45_000);
  expect(told).toEqual([]);
  pass(6_000);
  expect(told).toEqual(['silent']);
});

it('does not blame the server when this program was held up', () => {
  const { dog, pass, told } = watched();
  dog.begin(1_500);
  pass(60_000, true);
  dog.heard();
  pass(1_000);
  expect(told).toEqual([]);
});
