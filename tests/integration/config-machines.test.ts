/** Machines whose tags are none of their station, or of the wrong type. */
import { describe } from 'vitest';
import { expectFaults } from './config-kit.ts';

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
