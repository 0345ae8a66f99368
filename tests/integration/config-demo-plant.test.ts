/** The demo plant is right, and its hash says what it is. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verify } from '@node-rs/argon2';
import { stepTypes } from '#contract/steps/index.ts';
import { simulatorsFor } from '../../scripts/start/demo.ts';
import { PlantCopy } from './config-kit.ts';

let plant: PlantCopy;
beforeEach(() => (plant = new PlantCopy()));
afterEach(() => plant.remove());

const load = () => {
  const loaded = plant.load();
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults, null, 1));
  return loaded.configuration;
};

it('is without fault and uses every step type', () => {
  const configuration = load();
  expect(configuration.plant.demo).toBe(true);
  const used = new Set(
    configuration.definitions.flatMap(({ operations }) =>
      operations.flatMap(({ steps }) => steps.map(({ type }) => type)),
    ),
  );
  expect([...used].sort()).toEqual([...stepTypes].sort());
});

it('tells the PINs that its hashes are of', async () => {
  const { plant: settings, people } = load();
  const hints = settings.demoHints.filter(({ pin }) => pin !== null);
  expect(hints.length).toBeGreaterThan(0);
  for (const { badge, pin } of hints) {
    const person = people.people.find((each) => each.badge === badge);
    expect(await verify(person!.pinHash!, pin!)).toBe(true);
  }
});

it('has for each station the simulators of its devices; meter and test rig follow the press, also from another station', () => {
  const configuration = load();
  const of = (stationId: string) =>
    simulatorsFor(configuration, stationId).map(({ device, args }) => `${device} ${args.join(' ')}`);
  const follows = '--machine http://127.0.0.1:48410';
  expect(of('ST10')).toContain(`meter --port 48416 --control 48426 ${follows}`);
  expect(
    of('ST10')
      .map((one) => one.split(' ')[0])
      .toSorted(),
  ).toEqual(['calliper', 'meter', 'press', 'scanner']);
  expect(of('ST20')).toEqual([`rig --port 48417 --control 48427 ${follows}`]);
  expect(of('ST05')).toEqual([]);
});

it('says in every file that it is a demo', () => {
  for (const file of ['plant.yaml', 'people.yaml', 'orders/demo.yaml', 'definitions/PMP-100.C/definition.yaml']) {
    expect(plant.read(file)).toMatch(/^# Demo plant: invented data/);
  }
});

it('has the same hash for the same content, another for any other, images included', () => {
  const before = load();
  expect(before.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(load().hash).toBe(before.hash);
  plant.edit('definitions/PMP-100.C/images/bore.svg', '</svg>', '<g/></svg>');
  const image = load();
  expect(image.hash).not.toBe(before.hash);
  plant.edit('definitions/PMP-100.C/definition.yaml', 'lower: 11.9', 'lower: 11.8');
  const after = load();
  expect(after.hash).not.toBe(image.hash);
  const hashes = (which: typeof after) =>
    which.definitions.map(({ id, revision, hash }) => `${id}.${revision} ${hash}`);
  expect(hashes(after).filter((each) => !hashes(before).includes(each))).toHaveLength(1);
});

it('tells where the images of a definition are', () => {
  expect(load().definitions.map(({ folder }) => folder)).toContain('definitions/PMP-100.C');
});
