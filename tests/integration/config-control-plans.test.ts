/** Control plans that do not fit the definitions they are about, or themselves. */
import { describe, expect, it } from 'vitest';
import { demoPlant, expectFaults, freshPlant, manifests } from './config-kit.ts';
import { loadConfiguration } from '#config/load.ts';

const plan = 'control-plans/PMP-100.1.yaml';

it('the demo plant has a released control plan, with the hash of its text', () => {
  const loaded = loadConfiguration(demoPlant, { manifests });
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
  const [found] = loaded.configuration.controlPlans;
  expect(found).toMatchObject({ id: 'PMP-100', revision: '1', definition: 'PMP-100', status: 'released' });
  expect(found?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(found?.characteristics[0]?.charts[0]).toMatchObject({
    kind: 'xbar-r',
    subgroup: { from: 'unit' },
    limits: { from: 'data', minimum: 20 },
    rules: { set: 'nelson', use: [1, 2, 3, 5, 6], runs: {} },
  });
});

describe('a second plan', () => {
  const holder = freshPlant();
  it('of the same definition: only one is in force', () => {
    const { plant } = holder;
    plant.write('control-plans/PMP-100.2.yaml', plant.read(plan).replace("revision: '1'", "revision: '2'"));
    expect(plant.faults()).toMatchObject([
      { problem: expect.stringMatching(/released control plan already in control-plans\/PMP-100.1.yaml/) as string },
    ]);
    plant.edit(plan, 'status: released', 'status: retired');
    expect(plant.faults()).toEqual([]);
  });
  it('with id and revision of another', () => {
    const { plant } = holder;
    plant.write('control-plans/copy.yaml', plant.read(plan).replace('status: released', 'status: draft'));
    expect(plant.faults().map((f) => f.problem)).toEqual([
      expect.stringMatching(/control plan PMP-100 revision 1 is already in control-plans\/PMP-100.1.yaml/),
    ]);
  });
  it('a key that is misspelt is told with the one that was meant', () => {
    const { plant } = holder;
    plant.edit(plan, 'subgroup: { from: unit }', 'subgroups: { from: unit }');
    expect(plant.faults()[0]).toMatchObject({ file: plan, line: plant.lineOf(plan, 'subgroups:') });
    expect(plant.faults()[0]?.remedy).toMatch(/subgroup/);
  });
});

describe('control plans', () => {
  expectFaults([
    {
      name: 'released by nobody',
      file: plan,
      from: "released: { by: Nora Feld, at: '2026-11-02T10:00:00+01:00' }\n",
      to: '',
      at: 'status: released',
      problem: /does not say by whom/,
      remedy: /status: draft/,
    },
    {
      name: 'definition',
      file: plan,
      from: 'definition: PMP-100',
      to: 'definition: PMP-101',
      problem: /unknown process definition "PMP-101"/,
      remedy: /PMP-100/,
    },
    {
      name: 'characteristic',
      file: plan,
      from: 'characteristic: bore-b',
      to: 'characteristic: bore-c',
      problem: /unknown characteristic of "PMP-100" revision C "bore-c"/,
      remedy: /bore-b/,
    },
    {
      name: 'operation',
      file: plan,
      from: "operation: '10'",
      to: "operation: '15'",
      problem: /unknown operation of "PMP-100" revision C "15"/,
      remedy: /10/,
    },
    {
      name: 'operation that does not measure it',
      file: plan,
      from: "operation: '10'",
      to: "operation: '20'",
      problem: /no step of operation 20 .* measures "bore-b"/,
      remedy: /sampling/,
    },
    {
      name: 'reaction',
      file: plan,
      from: 'reaction: bore-off',
      to: 'reaction: bore-of',
      problem: /unknown reaction of the plan "bore-of"/,
      remedy: /bore-off/,
    },
    {
      name: 'single values of a step with three points',
      file: plan,
      from: 'kind: xbar-r',
      to: 'kind: i-mr',
      at: 'subgroup: { from: unit }',
      problem: /single values, and a unit of .* gives 3/,
      remedy: /xbar-r/,
    },
    {
      name: 'subgroups of single values',
      file: plan,
      from: 'kind: i-mr\n        limits: { from: data, minimum: 20 }\n        rules: { set: nelson, use: [1, 2, 5] }\n    reaction: press-off\n  - characteristic: end',
      to: 'kind: xbar-s\n        subgroup: { from: unit }\n        limits: { from: data, minimum: 20 }\n    reaction: press-off\n  - characteristic: end',
      at: 'subgroup: { from: unit }\n        limits: { from: data, minimum: 20 }\n    reaction: press-off',
      problem: /needs at least 2 values, and a unit of .* gives 1/,
      remedy: /size: 5/,
    },
    {
      name: 'too coarse a gauge',
      file: plan,
      from: 'resolution: 0.001',
      to: 'resolution: 0.01',
      problem: /coarser than a tenth of the tolerance 23.98 to 24.03/,
      remedy: /0.005 or finer/,
    },
    {
      name: 'run length out of reason',
      file: plan,
      from: 'use: [1, 2, 3, 5, 6]',
      to: "use: [1, 2], runs: { '2': 3 }",
      problem: /a run of 3 for rule 2 is outside 5 to 20/,
      remedy: /own is 9/,
    },
    {
      name: 'run length of a rule without one',
      file: plan,
      from: 'use: [1, 2, 3, 5, 6]',
      to: "use: [1, 5], runs: { '5': 4 }",
      problem: /rule 5 of nelson has no run length/,
      remedy: /Remove/,
    },
    {
      name: 'run rules on an EWMA',
      file: plan,
      from: 'kind: xbar-r',
      to: 'kind: ewma',
      at: 'use: [1, 2, 3, 5, 6]',
      problem: /ewma has one rule only/,
      remedy: /use: \[1\]/,
    },
    {
      name: 'parameters of another kind',
      file: plan,
      from: 'kind: xbar-r',
      to: 'kind: xbar-r\n        cusum: { k: 0.5, h: 5 }',
      at: 'cusum:',
      problem: /`cusum` belongs to a chart of the kind cusum/,
      remedy: /Remove/,
    },
    {
      name: 'bench station',
      file: plan,
      from: '    reaction: bore-off',
      to: '    sampling: { every: { units: 5 }, size: 3, at: [QB1] }\n    reaction: bore-off',
      at: 'at: [QB1]',
      problem: /unknown station "QB1"/,
      remedy: /ST10/,
    },
    {
      name: 'sampling that is never due',
      file: plan,
      from: '    reaction: bore-off',
      to: '    sampling: { size: 3, at: [ST20] }\n    reaction: bore-off',
      at: 'sampling:',
      problem: /no sample would ever be due/,
      remedy: /every/,
    },
    {
      name: 'the cause that is always there',
      file: plan,
      from: 'id: tool-worn',
      to: 'id: other',
      problem: /"other" is always there/,
      remedy: /rename/,
    },
    {
      name: 'chart id twice',
      file: plan,
      from: '- id: bore-b',
      to: '- id: peak-force',
      at: '- id: peak-force\n        kind: i-mr',
      problem: /chart id "peak-force" is used twice/,
      remedy: /rename/,
    },
    {
      name: 'an attribute that is a characteristic',
      file: plan,
      from: 'attribute: final-check',
      to: 'attribute: bore-b',
      problem: /"bore-b" is a characteristic of "PMP-100" revision C already/,
      remedy: /Rename/,
    },
    {
      name: 'step whose verdict is counted',
      file: plan,
      from: 'steps: [seal-colour,',
      to: 'steps: [seal-color,',
      at: 'steps: [seal-color,',
      problem: /unknown step of operation 20 of "PMP-100" revision C "seal-color"/,
      remedy: /seal-colour/,
    },
    {
      name: 'defects of a step that asks for tenths',
      file: plan,
      from: '{ from: verdicts, steps: [seal-colour, pressure-drop, release-check] }\n    charts:\n      - id: final-check\n        kind: p',
      to: '{ from: numbers, steps: [pressure-drop] }\n    charts:\n      - id: final-check\n        kind: u',
      at: 'steps: [pressure-drop]',
      problem: /"pressure-drop" of operation 20 .* does not ask for a count/,
      remedy: /decimals: 0/,
    },
    {
      name: 'defects of verdicts',
      file: plan,
      from: 'kind: p\n',
      to: 'kind: u\n',
      problem: /a chart u counts defects, and this attribute has verdicts/,
      remedy: /p or np/,
    },
    {
      name: 'a group of defects that is not in the catalogue',
      file: plan,
      from: 'groups: [surface, assembly, function]',
      to: 'groups: [surfaces, assembly, function]',
      at: 'groups: [surfaces,',
      problem: /unknown group of defects "surfaces"/,
      remedy: /surface/,
    },
    {
      name: 'defects that nobody looks for at the operation',
      file: plan,
      from: 'groups: [surface, assembly, function]',
      to: 'defects: [burr, bore-size]',
      at: 'counts: { from: nonconformances',
      problem: /none of these defects is looked for at operation 20 of "PMP-100"/,
      remedy: /foundAt/,
    },
    {
      name: 'nonconforming units by nonconformances',
      file: plan,
      from: 'kind: u\n        subgroup: { from: units, size: 10 }',
      to: 'kind: p\n        subgroup: { from: units, size: 10 }',
      at: 'kind: p\n        subgroup: { from: units, size: 10 }',
      problem: /a chart p counts nonconforming units, and this attribute has nonconformances/,
      remedy: /c or u/,
    },
    {
      name: 'np of unlike sizes',
      file: plan,
      from: 'kind: p\n        subgroup: { from: units, size: 20 }',
      to: 'kind: np\n        subgroup: { from: order }',
      at: 'subgroup: { from: order }',
      problem: /points of a chart np must be of equally many units/,
      remedy: /kind p/,
    },
    {
      name: 'a share in per cent',
      file: plan,
      from: 'average: 0.04',
      to: 'average: 4',
      at: 'average: 4',
      problem: /an average of 4 is not a share/,
      remedy: /0.02 for 2 %/,
    },
  ]);
});
