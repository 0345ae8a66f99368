/** A plant with a bench: bore and weight of a pump made at ST10 are sampled at QB10. For the tests of samples. */
import { controlPlanSchema, type Sampling } from '#contract/config/control-plan.ts';
import { processDefinitionSchema } from '#contract/config/definition.ts';
import { deviceSchema } from '#contract/config/device.ts';
import type { Configuration, ReleasedControlPlan } from '#contract/config/index.ts';
import { peopleSchema, stationSchema } from '#contract/config/plant.ts';
import { controlConfiguration } from '#domain/control/test-plan.ts';
import { t } from '#domain/test-plant.ts';

export function benchConfiguration(sampling: Partial<Sampling> = {}): Configuration {
  const base = controlConfiguration();
  const [definition] = base.definitions;
  const [plan] = base.controlPlans;
  if (definition === undefined || plan === undefined) throw new Error('the plant has no plan');
  const pump = processDefinitionSchema.parse({
    ...Object.fromEntries(Object.entries(definition).filter(([key]) => key !== 'hash' && key !== 'folder')),
    characteristics: [
      ...definition.characteristics,
      { id: 'flange', title: t('Flange'), unit: 'mm', decimals: 1, nominal: 60, lower: 59, upper: 61 },
      { id: 'weight', title: t('Weight'), unit: 'g', decimals: 1, nominal: 500, lower: 490, upper: 510 },
    ],
  });
  const of = (characteristic: string, kind: 'xbar-r' | 'i-mr', mean: number, sigma: number): object => ({
    characteristic,
    operation: '10',
    class: 'significant',
    charts: [
      {
        id: `${characteristic}-bench`,
        kind,
        ...(kind === 'xbar-r' ? { subgroup: { from: 'units', size: 2 } } : {}),
        limits: { from: 'given', mean, sigma },
        rules: { set: 'nelson', use: [1] },
      },
    ],
    sampling: { every: { units: 3 }, size: 2, on: ['set-up'], at: ['QB10'], ...sampling },
    reaction: 'bore-off',
  });
  const { hash: _hash, ...text } = plan;
  const sampled = controlPlanSchema.parse({
    ...text,
    released: { by: 'Test', at: '2026-11-01T00:00:00Z' },
    characteristics: [
      ...text.characteristics,
      of('bore', 'xbar-r', 10, 0.05),
      of('flange', 'i-mr', 60, 0.2),
      of('weight', 'i-mr', 500, 2),
    ],
  });
  const scale = deviceSchema.parse({
    schema: 'linewright/device@1',
    id: 'scale',
    title: t('Scale'),
    driver: 'fake',
    settings: {},
    tags: [
      { id: 'scale.value', title: t('Weight'), address: 'value', type: 'number', unit: 'g' },
      { id: 'scale.needle', title: t('Now'), address: 'live', type: 'number', unit: 'g' },
    ],
  });
  return {
    ...base,
    definitions: [{ ...definition, ...pump }],
    controlPlans: [{ ...sampled, hash: plan.hash }],
    people: peopleSchema.parse({
      ...base.people,
      people: [
        ...base.people.people,
        { id: 'quinn', name: 'Quinn', badge: 'BDG-quinn', roles: ['quality-technician'], language: 'en' },
      ],
    }),
    devices: [...base.devices, scale],
    stations: [
      ...base.stations,
      stationSchema.parse({
        schema: 'linewright/station@1',
        id: 'QB10',
        title: t('Bench'),
        devices: ['gauge', 'scale'],
      }),
    ],
    lines: base.lines.map((line) => ({ ...line, stations: [...line.stations, 'QB10'] })),
  };
}

export function testPlan(): {
  readonly plan: ReleasedControlPlan;
  readonly planned: ReleasedControlPlan['characteristics'][number];
} {
  const plan = benchConfiguration().controlPlans[0];
  const planned = plan?.characteristics.find(({ sampling }) => sampling !== undefined);
  if (plan === undefined || planned === undefined) throw new Error('the plan samples nothing');
  return { plan, planned };
}
