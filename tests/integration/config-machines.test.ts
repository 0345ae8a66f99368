/** Machines whose tags are none of their station, or of the wrong type. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoPlant, expectFaults, freshPlant } from './config-kit.ts';

const file = 'machines/press-p1.yaml';

describe('the meter of a machine', () => {
  expectFaults([
    {
      name: 'a tag that is not known',
      file,
      from: 'tag: press-meter.energy',
      to: 'tag: press-meter.enery',
      problem: /unknown tag "press-meter.enery"/,
      remedy: /press-meter.energy/,
    },
    {
      name: 'a tag that is no number',
      file,
      from: 'tag: press-meter.energy',
      to: 'tag: press.state',
      problem: /tag "press.state" is (?:text|boolean), and a meter counts in numbers/,
      remedy: /type number/,
    },
    {
      name: 'the power instead of the energy',
      file,
      from: 'tag: press-meter.energy',
      to: 'tag: press-meter.power',
      problem: /tag "press-meter.power" is in kW, and the meter in kW.h/,
      remedy: /energy, not its power/,
    },
  ]);
});

describe('the counts and the alarm of a machine', () => {
  expectFaults([
    {
      name: 'a counter that is not known',
      file,
      from: 'tag: press.cycle-count',
      to: 'tag: press.cycle-counts',
      problem: /unknown tag "press.cycle-counts"/,
      remedy: /press.cycle-count/,
    },
    {
      name: 'a counter that is no number',
      file,
      from: 'tag: press.scrap-count',
      to: 'tag: press.blocked',
      problem: /tag "press.blocked" is boolean, and a counter is a number/,
      remedy: /type number/,
    },
    {
      name: 'a counter of a device that its station does not have',
      file,
      from: 'tag: press.cycle-count',
      to: 'tag: bench-balance.weight',
      problem: /tag "bench-balance.weight" is of device "bench-balance", which station ST10 does not have/,
      remedy: /Name a tag of a device of ST10, or add the device to the station/,
    },
    {
      name: 'an alarm that is no text',
      file,
      from: 'alarm: press.alarm',
      to: 'alarm: press.cycle-count',
      problem: /tag "press.cycle-count" is number, and what is wrong is told in words/,
      remedy: /type text/,
    },
    {
      name: 'an alarm that is not known',
      file,
      from: 'alarm: press.alarm',
      to: 'alarm: press.alarms',
      problem: /unknown tag "press.alarms"/,
      remedy: /press.alarm/,
    },
  ]);
});

describe('the planned time of a piece', () => {
  expectFaults([
    {
      name: 'a takt of the machine that its ideal time does not allow',
      file,
      from: 'taktMs: 225000',
      to: 'taktMs: 17999',
      problem: /planned time of a piece is 17999 ms, shorter than its ideal time of 18000 ms/,
      remedy: /at least `cycleMs`/,
    },
    {
      name: 'a takt of an operation that the ideal time of its machine does not allow',
      file: 'definitions/PMP-100.C/definition.yaml',
      from: 'taktMs: 225000',
      to: 'taktMs: 17999',
      problem: /takt of operation 10 is 17999 ms, shorter than the ideal time of 18000 ms of machine "press-p1"/,
      remedy: /at least 18000 ms, or the shorter ideal time in `rates` of machines\/press-p1.yaml/,
    },
  ]);
});

describe('what the state of a machine comes from', () => {
  const bits = (running: string): string => `state:\n  from: bits\n  running: ${running}\n  #`;
  /** Everything up to the comment is of PackML, of which a machine with bits has nothing. */
  const packml = /state:\n  from: packml\n(?:  \w+: press\.\w+\n)+  #/.exec(
    readFileSync(join(demoPlant, file), 'utf8'),
  )?.[0];
  if (packml === undefined) throw new Error(`${file} is not as this test takes it to be`);
  expectFaults([
    {
      name: 'a state that is not known',
      file,
      from: 'state: press.state',
      to: 'state: press.stat',
      problem: /unknown tag "press.stat"/,
      remedy: /press.state/,
    },
    {
      name: 'a state that is neither a word nor a number',
      file,
      from: 'state: press.state',
      to: 'state: press.blocked',
      problem: /tag "press.blocked" is boolean, and a PackML state is a word or its number/,
      remedy: /type text or number/,
    },
    {
      name: 'a mode of a device that its station does not have',
      file,
      from: 'mode: press.mode',
      to: 'mode: bench-balance.weight',
      problem: /tag "bench-balance.weight" is of device "bench-balance", which station ST10 does not have/,
      remedy: /Name a tag of a device of ST10, or add the device to the station/,
    },
    {
      name: 'a bit in words',
      file,
      from: 'blocked: press.blocked',
      to: 'blocked: press.alarm',
      problem: /tag "press.alarm" is text, and `blocked` is a bit/,
      remedy: /type boolean or number/,
    },
    {
      name: 'a bit that is not known',
      file,
      from: 'starved: press.starved',
      to: 'starved: press.starving',
      problem: /unknown tag "press.starving"/,
      remedy: /press.starved/,
    },
    {
      name: 'an item state of OPC 40001 that is a bit',
      file,
      from: packml,
      to: 'state:\n  from: machinery\n  operationMode: press.mode\n  itemState: press.blocked\n  #',
      at: 'itemState:',
      problem: /tag "press.blocked" is boolean, and `itemState` is a word or its number/,
      remedy: /type text or number/,
    },
    {
      name: 'a run bit that is not known',
      file,
      from: packml,
      to: bits('{ tag: press.runs }'),
      at: 'running:',
      problem: /unknown tag "press.runs"/,
      remedy: /press\./,
    },
    {
      name: 'a run bit that never says what means on',
      file,
      from: packml,
      to: bits('{ tag: press.state }'),
      at: 'running:',
      problem: /tag "press.state" is text, and `on` has true, which it never says/,
      remedy: /type boolean, or write in `on` what the tag says when it is on, as text/,
    },
    {
      name: 'a bit that is on by a word',
      file,
      from: packml,
      to: bits("{ tag: press.blocked, on: [true, 'ON'] }"),
      at: 'running:',
      problem: /tag "press.blocked" is boolean, and `on` has "ON", which it never says/,
      remedy: /leave `on` out/,
    },
  ]);

  const holder = freshPlant();
  it('bits of a word and of a number are right when `on` has what they say', () => {
    holder.plant.edit(
      file,
      packml,
      `state:\n  from: bits\n  running: { tag: press.state, on: [Execute] }\n  fault: { tag: press.cycle-count, on: [9] }\n  blocked: { tag: press.blocked }\n  #`,
    );
    expect(holder.plant.faults()).toEqual([]);
  });
  it('a counter as the only word on the state wants counts', () => {
    holder.plant.edit(file, packml, 'state:\n  from: counter\n  #');
    expect(holder.plant.faults()).toEqual([]);
    const text = holder.plant.read(file);
    holder.plant.write(file, text.replace(/counts:\n(?: {2}.*\n)+/, ''));
    expect(holder.plant.faults()).toMatchObject([
      {
        file: expect.stringContaining(file) as string,
        line: holder.plant.lineOf(file, 'from: counter'),
        problem: expect.stringMatching(/comes from a counter, and the machine has no `counts`/) as string,
        remedy: expect.stringMatching(/Write `counts`/) as string,
      },
    ]);
  });
});
