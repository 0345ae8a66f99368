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
