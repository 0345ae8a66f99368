import { describe, expect, it } from 'vitest';
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
      if (i === 10) model.failing = 1;
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

describe('a machine with troubles of its own', () => {
  const fed = (cycleMs = 18_000): PressModel => {
    const model = new PressModel(seededChance(7));
    model.feed(cycleMs);
    return model;
  };

  it('fed, it makes a part every so often, however long a tick is, and only counts bad ones as scrap', () => {
    for (const tick of [50, 3_000, 60_000]) {
      const model = fed();
      model.failing = 3;
      for (let at = 0; at < 3_600_000; at += tick) model.advance(tick);
      expect(model.cycleCount, `ticks of ${tick} ms`).toBe(200);
      expect(model.scrapCount).toBeGreaterThanOrEqual(3);
      expect(model.scrapCount).toBeLessThan(10);
    }
  });

  it('blocked, starved, or in another mode it finishes its cycle and begins none', () => {
    for (const stop of ['blocked', 'starved', 'setup', 'maintenance'] as const) {
      const model = fed();
      const set = (on: boolean): void => {
        if (stop === 'blocked' || stop === 'starved') model[stop] = on;
        else model.mode = on ? stop : 'automatic';
      };
      model.advance(1_000);
      expect(model.state).toBe('Execute');
      set(true);
      model.advance(60_000);
      expect(model, stop).toMatchObject({ state: 'Idle', cycleCount: 1 });
      expect(model.start()).toBe(false);
      set(false);
      model.advance(10_000);
      expect(model.cycleCount, stop).toBe(2);
    }
  });

  it('stopped on purpose it stays where it is, and goes on there', () => {
    const model = fed();
    model.advance(2_000);
    expect(model.resume()).toBe(false);
    expect(model.hold()).toBe(true);
    const { position } = model;
    model.advance(60_000);
    expect(model).toMatchObject({ state: 'Held', position, cycleCount: 0 });
    expect(model.hold()).toBe(false);
    expect(model.resume()).toBe(true);
    model.advance(4_000);
    expect(model.cycleCount).toBe(1);
    model.advance(2_000);
    expect(model.state).toBe('Execute');
    model.advance(4_000);
    expect(model.state).toBe('Idle');
    model.hold();
    model.advance(30_000);
    expect(model).toMatchObject({ state: 'Stopped', cycleCount: 2 });
    model.resume();
    model.advance(10_000);
    expect(model.cycleCount).toBe(3);
  });

  it('broken down it has an alarm and no reset helps, until it is repaired or its time is over', () => {
    const model = fed();
    model.advance(2_000);
    model.breakDown('E17 Ram');
    model.advance(10_000);
    expect(model).toMatchObject({ state: 'Aborted', alarm: 'E17 Ram', cycleCount: 0 });
    expect(model.reset()).toBe(false);
    expect(model.recover()).toBe(true);
    expect(model.alarm).toBe('');
    // The next part is due 18 s after the last one began.
    model.advance(12_000);
    expect(model.cycleCount).toBe(1);
    model.breakDown('E3 Oil', 600_000);
    model.advance(599_000);
    expect(model).toMatchObject({ state: 'Aborted', alarm: 'E3 Oil', cycleCount: 1 });
    model.advance(7_000);
    expect(model).toMatchObject({ alarm: '', cycleCount: 2 });
    expect(model.recover()).toBe(false);
    // As short as the way into it: it comes back all the same.
    model.breakDown('E1 Short', 50);
    model.advance(20_000);
    expect(model).toMatchObject({ alarm: '', cycleCount: 3 });
  });

  it('says that the guard was opened until it is made ready again', () => {
    const model = fed();
    model.advance(1_000);
    model.guardClosed = false;
    model.advance(5_000);
    expect(model).toMatchObject({ state: 'Aborted', alarm: 'E12 Guard door open' });
    model.guardClosed = true;
    model.recover();
    model.advance(18_000);
    expect(model).toMatchObject({ alarm: '', cycleCount: 1 });
  });

  it('counts to the end of 32 bits and begins again', () => {
    const model = fed();
    model.setCount(2 ** 32 - 2);
    model.advance(45_000);
    expect(model.cycleCount).toBe(1);
  });
});
