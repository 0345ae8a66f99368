import { expect, it } from 'vitest';
import { PressModel, type PressState, seededChance } from './model.ts';

function cycle(model: PressModel): { states: PressState[]; forces: { position: number; force: number }[]; ms: number } {
  const states: PressState[] = [model.state];
  const forces: { position: number; force: number }[] = [];
  let ms = 0;
  while (model.state !== 'Complete' && model.state !== 'Aborted' && ms < 60_000) {
    model.advance(50);
    ms += 50;
    if (states.at(-1) !== model.state) states.push(model.state);
    forces.push({ position: model.position, force: model.force });
  }
  return { states, forces, ms };
}

it('goes through the states of a cycle in about four seconds and refuses a start before the reset', () => {
  const model = new PressModel(seededChance(7));
  model.cycleId = 'C-1';
  expect(model.reset()).toBe(false);
  expect(model.start()).toBe(true);
  expect(model.start()).toBe(false);
  const { states, ms, forces } = cycle(model);
  expect(states).toEqual(['Starting', 'Execute', 'Completing', 'Complete']);
  expect(ms).toBeGreaterThan(3_000);
  expect(ms).toBeLessThan(5_000);
  expect(model.result).toMatchObject({ cycleId: 'C-1', ok: true });
  // Flat on the way down, steep at the shoulder.
  expect(Math.max(...forces.filter(({ position }) => position < 38).map(({ force }) => force))).toBeLessThan(1);
  expect(Math.max(...forces.map(({ force }) => force))).toBeGreaterThan(20);
  expect(model.start()).toBe(false);
  expect(model.reset()).toBe(true);
  model.advance(300);
  expect(model.state).toBe('Idle');
});

it('makes good parts mostly, a bad one when told to, and repeats itself with the same seed', () => {
  const run = (): boolean[] => {
    const model = new PressModel(seededChance(3));
    return Array.from({ length: 60 }, (_, i) => {
      model.fail = i === 10;
      model.start();
      cycle(model);
      model.reset();
      model.advance(300);
      return model.result.ok;
    });
  };
  const results = run();
  expect(results[10]).toBe(false);
  expect(results.filter(Boolean).length).toBeGreaterThan(54);
  expect(run()).toEqual(results);
});

it('aborts on command and when the guard opens, and comes back by a reset', () => {
  const model = new PressModel(seededChance(7));
  model.start();
  model.advance(1_000);
  model.guardClosed = false;
  model.advance(50);
  expect(model.state).toBe('Aborting');
  expect(cycle(model).states.at(-1)).toBe('Aborted');
  expect(model.abort()).toBe(false);
  expect(model.result.cycleId).toBe('');
  model.reset();
  model.advance(250);
  model.advance(250);
  expect(model.state).toBe('Idle');
  expect(model.start()).toBe(false);
  model.guardClosed = true;
  expect(model.start()).toBe(true);
});

it('stands still when frozen', () => {
  const model = new PressModel(seededChance(7));
  model.start();
  model.advance(1_000);
  const { force, position, oilTemperature } = model;
  model.freeze = true;
  model.advance(5_000);
  expect(model).toMatchObject({ force, position, oilTemperature });
});
