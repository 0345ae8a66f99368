/** Chance that can be had again: the same seed gives the same row of numbers (mulberry32, Tommy Ettinger 2017, public domain). */
export type Chance = () => number;

/** @returns a function that gives numbers in [0, 1). */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Seed of a run: LINEWRIGHT_SEED to have an earlier one again. Tests print it, so that a failure can be repeated. */
export function seedOfRun(): number {
  const given = process.env['LINEWRIGHT_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
