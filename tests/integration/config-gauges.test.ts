/** gauges.yaml and shifts that do not fit, and what control plans ask of gauges that nobody has. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '#config/load.ts';
import { demoPlant, expectFaults, freshPlant, manifests, PlantCopy } from './config-kit.ts';

const file = 'gauges.yaml';
const plan = 'control-plans/PMP-100.1.yaml';

it('the demo plant has a register, and one gauge that is overdue on purpose', () => {
  const loaded = loadConfiguration(demoPlant, { manifests });
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
  const { gauges = [], plant } = loaded.configuration;
  expect(gauges.map(({ id }) => id)).toEqual(['G-114', 'G-115', 'G-201', 'G-090', 'G-120']);
  expect(gauges.filter(({ calibrated }) => (calibrated?.due ?? '') < '2026-11-01').map(({ id }) => id)).toEqual([
    'G-090',
  ]);
  expect(plant.shifts.map(({ id }) => id)).toEqual(['early', 'late', 'night']);
});

describe('the register', () => {
  const holder = freshPlant();
  it('may be left out where no plan asks for a gauge and no device says that it is one', () => {
    const { plant } = holder;
    rmSync(plant.path(file));
    for (const device of ['calliper', 'bench-calliper', 'bench-balance'])
      plant.write(`devices/${device}.yaml`, plant.read(`devices/${device}.yaml`).replace(/^gaugeId:.*\n/m, ''));
    const files = plant.faults().map((fault) => fault.file);
    // Bore and weight of the plan: in the run, and sampled at the bench.
    expect(files).toEqual([plan, plan, plan]);
    expect(plant.faults()[0]?.problem).toMatch(/type "calliper" is asked for, and there is no gauges.yaml/);
  });
  it('a device that is a gauge stands in it', () => {
    const { plant } = holder;
    plant.edit('devices/calliper.yaml', 'gaugeId: G-114', 'gaugeId: G-999');
    expect(plant.faults().map(({ problem }) => problem)).toEqual([
      'gauge "G-999" is not in gauges.yaml',
      'device "calliper" says that it is gauge "G-999", not "G-114"',
    ]);
  });
});

it('a check in each shift is not asked for in a plant without shifts', () => {
  const copy = new PlantCopy();
  try {
    copy.edit(plan, 'master: none', 'master: shift');
    expect(copy.faults()).toEqual([]);
    copy.write('plant.yaml', copy.read('plant.yaml').replace(/^shifts:\n(?: .*\n)+/m, ''));
    expect(copy.faults().filter(({ file }) => file === plan)).toMatchObject([
      {
        file: plan,
        line: copy.lineOf(plan, 'master: shift'),
        problem: expect.stringMatching(/the plant has no shifts/) as string,
      },
    ]);
  } finally {
    copy.remove();
  }
});

it('a guard band that eats the tolerance is refused, unless another gauge that suits leaves some', () => {
  const copy = new PlantCopy();
  try {
    // u = 0.04: 1.645 u is more than half of 0.05 at each limit.
    copy.write('gauges.yaml', copy.read('gauges.yaml').replaceAll(/expanded: 0\.00\d/g, 'expanded: 0.08'));
    // The same bore is sampled at the bench too.
    expect(copy.faults()).toHaveLength(2);
    expect(copy.faults().slice(0, 1)).toMatchObject([
      {
        file: plan,
        line: copy.lineOf(plan, 'decision: {'),
        problem: expect.stringMatching(
          /guard band of gauge G-\d+, 0.0658 mm at each limit, leaves nothing of the tolerance 23.98 to 24.03 of "bore-b"/,
        ) as string,
        remedy: expect.stringMatching(/smaller uncertainty/) as string,
      },
    ]);
    copy.edit('gauges.yaml', 'expanded: 0.08', 'expanded: 0.004');
    expect(copy.faults()).toEqual([]);
  } finally {
    copy.remove();
  }
});

describe('gauges and shifts', () => {
  expectFaults([
    {
      name: 'a gauge twice',
      file,
      from: '  - id: G-115',
      to: '  - id: G-114',
      at: '',
      problem: /gauge id "G-114" is used twice/,
      remedy: /once/,
    },
    {
      name: 'an unknown device',
      file,
      from: 'device: bench-balance\n',
      to: 'device: bench-balanc\n',
      problem: /unknown device "bench-balanc"/,
      remedy: /bench-balance/,
    },
    {
      name: 'a master in another unit',
      file,
      from: 'value: 500.0, tolerance: 0.1, unit: g',
      to: 'value: 500.0, tolerance: 0.1, unit: kg',
      at: 'unit: kg',
      problem: /given in kg, and gauge "G-201" measures in g/,
      remedy: /in g/,
    },
    {
      name: 'a master that no reading could meet',
      file,
      from: 'tolerance: 0.004',
      to: 'tolerance: 0.0004',
      problem: /finer than gauge "G-120" can show/,
      remedy: /at least its resolution/,
    },
    {
      name: 'a master part twice',
      file,
      from: 'id: M-25',
      to: 'id: M-24',
      at: '',
      problem: /master part id "M-24" is used twice/,
      remedy: /once/,
    },
    {
      name: 'due before it was calibrated',
      file,
      from: "on: '2026-05-04', due: '2031-05-31'",
      to: "on: '2026-05-04', due: '2026-05-04'",
      at: "due: '2026-05-04'",
      problem: /would be due on 2026-05-04, not later/,
      remedy: /last day/,
    },
    {
      name: 'a tag of another unit',
      file,
      from: 'unit: g\n',
      to: 'unit: mm\n',
      at: 'tag: bench-balance.weight',
      problem: /gives numbers in g, and the gauge measures in mm/,
      remedy: /number tag in mm/,
    },
    {
      name: 'a type that no gauge is of',
      file: plan,
      from: 'type: calliper',
      to: 'type: micrometer',
      problem: /no gauge in gauges.yaml is of the type "micrometer"/,
      remedy: /gauges.yaml/,
    },
    {
      name: 'finer than any gauge is',
      file: plan,
      from: 'resolution: 0.001',
      to: 'resolution: 0.0001',
      at: 'type: calliper',
      problem: /no gauge of the type "calliper" measures in mm with a resolution of 0.0001 or finer/,
      remedy: /correct what is asked for/,
    },
    {
      name: 'shifts that overlap',
      file: 'plant.yaml',
      from: "    from: '14:00'",
      to: "    from: '13:30'",
      at: 'id: late',
      problem: /shift "late" begins before shift "early" has ended/,
      remedy: /where the one before ends/,
    },
    {
      name: 'a time that is none',
      file: 'plant.yaml',
      from: "    from: '22:00'",
      to: "    from: '24:00'",
      problem: /"24:00", which is not in the right form/,
      remedy: /hours and minutes/,
    },
  ]);
});
