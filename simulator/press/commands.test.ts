import { expect, it } from 'vitest';
import { BadInput } from '#simulator/line/control.ts';
import { pressCommands, pressState, type PressHost } from './commands.ts';
import { PressModel, seededChance } from './model.ts';
import { readScript, Script, type ScriptStep } from './script.ts';

function press() {
  const model = new PressModel(seededChance(7));
  const said: unknown[] = [];
  const host: PressHost = {
    speed: 1,
    setSpeed: (value) => void said.push({ speed: value }),
    clockOffsetMs: 0,
    setClockOffset: (ms) => void said.push({ clock: ms }),
    plugged: true,
    plug: async () => void said.push('plug'),
    unplug: () => Promise.reject(new Error('stuck')),
  };
  return { model, said, host, commands: pressCommands(model, host) };
}

it('does what it is told and says what it is then', async () => {
  const { model, said, commands } = press();
  const tell = (name: string, input: object = {}): unknown => commands[name]?.({ ...input });
  expect(tell('feed', { cycleMs: 18_000 })).toMatchObject({ feedMs: 18_000, state: 'Idle', working: false });
  model.advance(1_000);
  expect(tell('starve')).toMatchObject({ starved: true, working: true });
  expect(tell('starve', { on: false })).toMatchObject({ starved: false });
  expect(tell('block', { on: true })).toMatchObject({ blocked: true });
  expect(tell('mode', { mode: 'setup' })).toMatchObject({ mode: 'setup' });
  expect(tell('hold')).toMatchObject({ state: 'Holding' });
  expect(tell('resume')).toMatchObject({ state: 'Unholding' });
  expect(tell('fault', { alarm: 'E17', forMs: 1_000 })).toMatchObject({ state: 'Aborting', alarm: 'E17' });
  expect(tell('recover')).toMatchObject({ alarm: '' });
  expect(tell('fail', { cycles: 2 })).toMatchObject({ scrap: 0 });
  expect(tell('count', { value: 120 })).toMatchObject({ count: 120 });
  expect(tell('rush')).toMatchObject({ count: 5_120 });
  expect(tell('roll-over')).toMatchObject({ count: 4_294_967_294 });
  expect(tell('pause')).toMatchObject({ feedMs: null });
  tell('clock', { offsetMs: -240_000 });
  tell('clock', { at: '2000-01-01T00:00:00Z' });
  tell('speed', { value: 60 });
  await tell('plug');
  expect(said).toEqual([
    { clock: -240_000 },
    { clock: expect.closeTo(Date.UTC(2000, 0, 1) - Date.now(), -4) },
    { speed: 60 },
    'plug',
  ]);
});

it('says what makes no sense, and what cannot be now', () => {
  const { model, host, commands } = press();
  const before = pressState(model, host);
  const refused: readonly (readonly [string, object, RegExp])[] = [
    ['feed', { cycleMs: 10 }, /cycleMs/],
    ['feed', {}, /cycleMs/],
    ['mode', { mode: 'fast' }, /automatic, setup, maintenance/],
    ['starve', { on: 'yes' }, /true or false/],
    ['guard', { open: 1 }, /"open" must be true or false/],
    ['fault', { alarm: '' }, /1 to 200/],
    ['fault', { forMs: -1 }, /above 0/],
    ['count', { value: 2 ** 32 }, /below/],
    ['count', { value: 1.5 }, /value/],
    ['fail', { cycles: -1 }, /cycles/],
    ['clock', {}, /offsetMs/],
    ['clock', { at: 'yesterday' }, /offsetMs/],
    ['clock', { at: '0001-01-01T00:00:00Z' }, /100 years/],
    ['speed', { value: 0 }, /above 0/],
    ['resume', {}, /not possible while Idle/],
    ['recover', {}, /not possible while Idle/],
  ];
  for (const [name, input, why] of refused) {
    expect(() => commands[name]?.({ ...input }), name).toThrow(why);
    expect(() => commands[name]?.({ ...input }), name).toThrow(BadInput);
  }
  expect(pressState(model, host)).toEqual({ ...before, alarm: '' });
});

const steps: readonly ScriptStep[] = [
  { at: 0, do: 'feed', with: { cycleMs: 20_000 } },
  { at: 60_000, do: 'fault', with: { alarm: 'E17' } },
  { at: 60_000, do: 'resume' },
  { at: 70_000, do: 'unplug' },
  { at: 120_000, do: 'recover' },
];

it('a script does each step at its instant of the machine’s time, whatever the ticks, and tells what could not be done', async () => {
  for (const tick of [50, 3_000, 130_000]) {
    const { model, commands } = press();
    const told: string[] = [];
    const script = new Script(readScript(steps, commands), commands, ({ do: what }, why) =>
      told.push(`${what}: ${why}`),
    );
    let faultMs = 0;
    for (let at = 0; at < 130_000; at += tick)
      script.advance(Math.min(tick, 130_000 - at), (ms) => {
        if (model.alarm !== '') faultMs += ms;
        model.advance(ms);
      });
    await new Promise(setImmediate);
    expect({ count: model.cycleCount, faultMs, ...script.state }).toEqual({
      count: 4,
      faultMs: 60_000,
      at: 130_000,
      done: 5,
      of: 5,
    });
    expect(told).toEqual(['resume: not possible while Aborting', 'unplug: stuck']);
  }
});

it('names the step that makes no sense', () => {
  const { commands } = press();
  const read = (input: unknown) => () => readScript(input, commands);
  expect(read(undefined)).toThrow(/1 to 1000 steps/);
  expect(read([])).toThrow(/1 to 1000 steps/);
  expect(
    read([
      { at: 5, do: 'feed' },
      { at: 4, do: 'pause' },
    ]),
  ).toThrow(/step 2: "at"/);
  expect(read([null])).toThrow(/step 1: "at"/);
  expect(read([{ at: 0, do: 'explode' }])).toThrow(/step 1: "do" is none of feed, pause/);
  expect(read([{ at: 0, do: 'feed', with: [] }])).toThrow(/step 1: "with"/);
});
