/** A plan that asks for gauges on the test plant, and the gauges of it. */
import { controlPlanSchema, type GaugeNeed } from '#contract/config/control-plan.ts';
import { gaugesSchema, type Gauge } from '#contract/config/gauges.ts';
import type { Configuration } from '#contract/config/index.ts';
import { plantSchema } from '#contract/config/plant.ts';
import { t, testConfiguration } from '#domain/test-plant.ts';

export const threeShifts = [
  { id: 'early', title: t('Early'), from: '06:00', to: '14:00' },
  { id: 'late', title: t('Late'), from: '14:00', to: '22:00' },
  { id: 'night', title: t('Night'), from: '22:00', to: '06:00' },
].map((shift) => ({ ...shift, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] }));

const calibrated = { on: '2026-06-01', due: '2027-05-31', certificate: 'C-1' };
export const testGauges: readonly Gauge[] = gaugesSchema.parse({
  schema: 'linewright/gauges@1',
  gauges: [
    {
      id: 'G-1',
      title: t('Gauge'),
      type: 'calliper',
      device: 'gauge',
      serialNumber: 'S-1',
      unit: 'mm',
      resolution: 0.01,
      uncertainty: { expanded: 0.02, k: 2 },
      calibrationDays: 365,
      calibrated,
      masters: [{ id: 'M-1', title: t('Ring'), value: 10.003, tolerance: 0.01, unit: 'mm' }],
    },
    {
      id: 'G-2',
      title: t('Dial'),
      type: 'calliper',
      device: 'dial',
      unit: 'mm',
      resolution: 0.01,
      uncertainty: { expanded: 0.02, k: 2 },
      calibrationDays: 365,
      calibrated,
    },
    {
      id: 'G-3',
      title: t('Read off'),
      type: 'calliper',
      unit: 'mm',
      resolution: 0.01,
      uncertainty: { expanded: 0.02, k: 2 },
      calibrationDays: 365,
      calibrated,
      masters: [{ id: 'M-3', title: t('Ring'), value: 10.003, tolerance: 0.01, unit: 'mm' }],
    },
    {
      id: 'G-4',
      title: t('Old'),
      type: 'calliper',
      unit: 'mm',
      resolution: 0.01,
      uncertainty: { expanded: 0.02, k: 2 },
      calibrationDays: 365,
      calibrated: { on: '2025-06-01', due: '2026-05-31', certificate: 'C-0' },
    },
  ],
}).gauges;

const need: GaugeNeed = {
  type: 'calliper',
  resolution: 0.01,
  master: 'shift',
  decision: { rule: 'guarded', probability: 0.95 },
};

/** The test plant where `bore` in operation 10 asks for a gauge. */
export function gaugedConfiguration(more: Partial<GaugeNeed> = {}, gauges = testGauges): Configuration {
  const configuration = testConfiguration();
  const plan = controlPlanSchema.parse({
    schema: 'linewright/control-plan@1',
    id: 'PUMP',
    revision: '1',
    status: 'released',
    definition: 'PUMP',
    title: t('Plan'),
    reactions: [
      {
        id: 'off',
        title: t('Off'),
        steps: [{ id: 'look', title: t('Look') }],
        causes: [{ id: 'tool', title: t('Tool') }],
      },
    ],
    characteristics: [
      {
        characteristic: 'bore',
        operation: '10',
        class: 'critical',
        gauge: { ...need, ...more },
        charts: [{ id: 'bore', kind: 'xbar-r' }],
        reaction: 'off',
      },
    ],
  });
  return {
    ...configuration,
    plant: plantSchema.parse({ ...configuration.plant, shifts: threeShifts }),
    people: {
      ...configuration.people,
      people: [
        ...configuration.people.people,
        {
          id: 'tech',
          name: 'TECH',
          badge: 'BDG-tech',
          pinHash: '$argon2id$t',
          pinAtSignIn: false,
          roles: ['quality-engineer', 'operator'],
          language: 'en',
          disabled: false,
          qualifications: [{ id: 'pressing', validTo: null }],
        },
      ],
    },
    controlPlans: [{ ...plan, hash: 'plan-1' }],
    gauges,
  };
}
