/** Calls that call nobody, escalation that does not lead on, lamps that are no outputs of the station. */
import { describe, expect, it } from 'vitest';
import { expectFaults, freshPlant } from './config-kit.ts';

const file = 'andon.yaml';

describe('calls', () => {
  expectFaults([
    {
      name: 'a role that nobody has',
      file: 'people.yaml',
      from: 'roles: [controls-engineer]',
      to: 'roles: [operator]',
      at: 'role: controls-engineer',
      told: file,
      problem: /nobody in people.yaml has the role "controls-engineer"/,
      remedy: /line-lead, operator, quality-engineer/,
    },
    {
      name: 'a role that only somebody disabled has',
      file: 'people.yaml',
      from: 'roles: [quality-technician]\n',
      to: 'roles: [quality-technician]\n    disabled: true\n',
      at: 'role: quality-technician',
      told: file,
      problem: /nobody in people.yaml has the role "quality-technician"/,
      remedy: /somebody has/,
    },
    {
      name: 'an escalation that comes before the one before it',
      file,
      from: 'afterMs: 900000, role: supervisor }',
      to: 'afterMs: 300000, role: supervisor }',
      problem: /escalation 2 of call "quality" comes after 300000 ms, not later than the one before \(300000 ms\)/,
      remedy: /each later/,
    },
    {
      name: 'a shift that is not known',
      file,
      from: 'shifts: [night]',
      to: 'shifts: [nigth]',
      problem: /unknown shift "nigth"/,
      remedy: /night/,
    },
    {
      name: 'a kind twice',
      file,
      from: '- id: quality\n',
      to: '- id: material\n',
      at: '',
      problem: /call "material" is used twice/,
      remedy: /once/,
    },
    {
      name: 'a key that is misspelt',
      file,
      from: 'webhook: true',
      to: 'webhok: true',
      problem: /webhok/,
      remedy: /webhook/,
    },
  ]);
});

describe('stack lights', () => {
  expectFaults([
    {
      name: 'of a station that is not known',
      file,
      from: '- station: ST10',
      to: '- station: ST11',
      problem: /unknown station "ST11"/,
      remedy: /ST10/,
    },
    {
      name: 'with a tag that is not known',
      file,
      from: 'red: press.light-red',
      to: 'red: press.light-rad',
      problem: /unknown tag "press.light-rad"/,
      remedy: /press.light-red/,
    },
    {
      name: 'with a tag that is not boolean',
      file,
      from: 'red: press.light-red',
      to: 'red: press.ram-force',
      problem: /tag "press.ram-force" is number, and a lamp is on or off/,
      remedy: /boolean/,
    },
    {
      name: 'with a tag of a device of another station',
      file,
      from: '- station: ST10',
      to: '- station: ST20',
      at: 'red: press.light-red',
      problem: /device "press", which station ST20 does not have/,
      remedy: /a device of ST20/,
    },
    {
      name: 'with one tag for two colours',
      file,
      from: 'amber: press.light-amber',
      to: 'amber: press.light-red',
      problem: /tag of a lamp "press.light-red" is used twice/,
      remedy: /once/,
    },
  ]);

  const holder = freshPlant();
  it('with a tag that is only read', () => {
    const { plant } = holder;
    plant.edit(
      'devices/press-meter.yaml',
      'tags:\n',
      'tags:\n  - { id: press-meter.door, title: { en: D, de: D }, address: discrete=3, type: boolean }\n',
    );
    plant.edit(file, 'red: press.light-red', 'red: press-meter.door');
    expect(plant.faults()).toMatchObject([
      {
        file,
        line: plant.lineOf(file, 'red: press-meter.door'),
        path: 'lights[0].red',
        problem: expect.stringMatching(/cannot be written: discrete is only read/) as string,
      },
    ]);
  });
  it('without any lamp', () => {
    const { plant } = holder;
    const text = plant.read(file);
    plant.write(file, text.slice(0, text.indexOf('    red:')));
    expect(plant.faults()).toMatchObject([{ file, path: 'lights[0]', problem: 'the stack light of ST10 has no lamp' }]);
  });
});
