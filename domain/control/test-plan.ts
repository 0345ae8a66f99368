/** A plant whose only work is to measure, with a control plan: for the tests of charts and signals. */
import { controlPlanSchema, type ControlPlan } from '#contract/config/control-plan.ts';
import { processDefinitionSchema } from '#contract/config/definition.ts';
import type { Configuration } from '#contract/config/index.ts';
import { ordersSchema } from '#contract/config/plant.ts';
import { t, testConfiguration } from '#domain/test-plant.ts';

type Chart = Partial<ControlPlan['characteristics'][number]['charts'][number]>;

export function controlConfiguration(
  chart: Chart = {},
  { units = 40, points = 2 }: { readonly units?: number; readonly points?: number } = {},
): Configuration {
  const base = testConfiguration();
  const definition = processDefinitionSchema.parse({
    schema: 'linewright/process-definition@1',
    id: 'PUMP',
    revision: 'A',
    status: 'released',
    material: 'PUMP',
    title: t('Pump'),
    characteristics: [{ id: 'bore', title: t('Bore'), unit: 'mm', decimals: 2, nominal: 10, lower: 9.5, upper: 10.5 }],
    operations: [
      {
        id: '10',
        title: t('Measure'),
        stations: ['ST10'],
        steps: [
          {
            id: 'bore',
            type: 'measure',
            title: t('Bore'),
            characteristic: 'bore',
            tag: 'gauge.value',
            points: Array.from({ length: points }, (_, i) => t(`mark ${i + 1}`)),
            allowTyped: true,
            onFail: { retries: 2 },
          },
          { id: 'look', type: 'instruction', title: t('Look') },
        ],
      },
      {
        id: '20',
        title: t('Pack'),
        stations: ['ST10', 'ST20'],
        after: ['10'],
        steps: [{ id: 'pack', type: 'instruction', title: t('Pack') }],
      },
    ],
  });
  const plan = controlPlanSchema.parse({
    schema: 'linewright/control-plan@1',
    id: 'PUMP',
    revision: '1',
    status: 'released',
    definition: 'PUMP',
    title: t('Plan'),
    reactions: [
      {
        id: 'bore-off',
        title: t('Bore off'),
        steps: [
          { id: 'again', title: t('Measure again') },
          { id: 'tool', title: t('Look at the tool') },
        ],
        causes: [{ id: 'worn', title: t('Worn') }],
      },
    ],
    characteristics: [
      {
        characteristic: 'bore',
        operation: '10',
        class: 'critical',
        charts: [
          {
            id: 'bore',
            kind: 'xbar-r',
            limits: { from: 'given', mean: 10, sigma: 0.05 },
            rules: { set: 'nelson', use: [1, 2] },
            ...chart,
          },
        ],
        reaction: 'bore-off',
      },
    ],
  });
  return {
    ...base,
    definitions: [{ ...definition, hash: 'hash-A' }],
    controlPlans: [{ ...plan, hash: 'plan-1' }],
    orders: ordersSchema.parse({
      schema: 'linewright/orders@1',
      orders: [
        {
          id: 'WO-1',
          material: 'PUMP',
          definition: 'PUMP',
          revision: 'A',
          quantity: units,
          status: 'released',
          serialPrefix: 'P-',
          units: Array.from({ length: units }, (_, i) => ({ serial: serialOf(i + 1) })),
        },
      ],
    }).orders,
  };
}

export const serialOf = (n: number): string => `P-${String(n).padStart(4, '0')}`;
export const boreChart = { planId: 'PUMP', characteristicId: 'bore', chartId: 'bore', stationId: 'ST10' } as const;
