/** A small plant with every step type, for the tests of the rules and of the station. */
import { processDefinitionSchema } from '#contract/config/definition.ts';
import { deviceSchema, recipeSchema } from '#contract/config/device.ts';
import type { Configuration, ReleasedDefinition } from '#contract/config/index.ts';
import { lineSchema, ordersSchema, peopleSchema, plantSchema, stationSchema } from '#contract/config/plant.ts';
import type { Localized } from '#contract/config/text.ts';

export const startAt = Date.UTC(2026, 10, 20, 8, 0, 0);
export const t = (en: string): Localized => ({ en, de: `${en} (de)` });

const step = (id: string, type: string, more: object = {}): object => ({ id, type, title: t(id), ...more });
const plausible = { lower: 0, upper: 100 };

export function testDefinition(more: { revision?: string; status?: string; hash?: string } = {}): ReleasedDefinition {
  const { revision = 'A', status = 'released', hash = `hash-${revision}` } = more;
  const definition = processDefinitionSchema.parse({
    schema: 'linewright/process-definition@1',
    id: 'PUMP',
    revision,
    status,
    material: 'PUMP',
    title: t('Pump'),
    bom: [
      { line: '10', material: 'HSG', quantity: 1, trace: 'lot' },
      { line: '20', material: 'IMP', quantity: 2, trace: 'serial' },
      { line: '30', material: 'NUT', quantity: 4, trace: 'none' },
    ],
    characteristics: [
      { id: 'bore', title: t('Bore'), unit: 'mm', decimals: 2, nominal: 10, lower: 9.9, upper: 10.1, plausible },
      { id: 'force', title: t('Force'), unit: 'kN', decimals: 1, lower: 11, upper: 13 },
    ],
    operations: [
      {
        id: '10',
        title: t('Build'),
        stations: ['ST10'],
        qualification: 'pressing',
        taktMs: 60_000,
        steps: [
          step('read', 'instruction'),
          step('housing', 'scan-component', { bomLine: '10' }),
          step('impeller', 'scan-component', { bomLine: '20' }),
          step('press', 'machine-cycle', {
            device: 'press',
            recipe: 'R1',
            recipeRevision: '1',
            timeoutMs: 30_000,
            results: [{ characteristic: 'force', tag: 'press.force' }],
            onFail: { retries: 1 },
          }),
          step('bore', 'measure', {
            characteristic: 'bore',
            tag: 'gauge.value',
            points: [t('left'), t('right')],
            allowTyped: true,
            onFail: { retries: 2 },
          }),
          step('bore-only-gauge', 'measure', { characteristic: 'bore', tag: 'dial.value', points: [t('top')] }),
        ],
      },
      {
        id: '20',
        title: t('Finish'),
        stations: ['ST10', 'ST20'],
        after: ['10'],
        steps: [
          step('look', 'checklist', {
            items: [
              { id: 'clean', title: t('Clean') },
              { id: 'dry', title: t('Dry') },
            ],
          }),
          step('seal', 'choice', {
            options: [
              { id: 'black', title: t('Black') },
              { id: 'white', title: t('White'), accepted: false },
            ],
            onFail: { retries: 1 },
          }),
          step('drop', 'number', {
            unit: 'mbar',
            decimals: 1,
            lower: 0,
            upper: 2.5,
            plausible,
            onFail: { retries: 1 },
          }),
          step('remark', 'text', { maxLength: 10, optional: true }),
        ],
      },
      { id: '30', title: t('Pack'), stations: ['ST20'], after: ['20'], steps: [step('pack', 'instruction')] },
    ],
  });
  return { ...definition, hash };
}

const tag = (id: string, unit: string | null = null, type = 'number', staleAfterMs: number | null = null): object => ({
  id,
  title: t(id),
  address: id,
  type,
  unit,
  staleAfterMs,
});

export function testConfiguration(): Configuration {
  const press = deviceSchema.parse({
    schema: 'linewright/device@1',
    id: 'press',
    title: t('Press'),
    driver: 'fake',
    settings: {},
    tags: [
      tag('press.state', null, 'text'),
      tag('press.cycle', null, 'text'),
      tag('press.result-cycle', null, 'text'),
      tag('press.force', 'kN'),
      tag('press.x', 'mm'),
      tag('press.y', 'kN'),
      tag('press.target', 'kN'),
      tag('press.hold', 'ms'),
    ],
    machine: {
      stateTag: 'press.state',
      states: { idle: ['Idle'], executing: ['Starting', 'Execute'], complete: ['Complete'], aborted: ['Aborted'] },
      cycleIdTag: 'press.cycle',
      resultCycleIdTag: 'press.result-cycle',
      start: { object: 'P', method: 'Start' },
      abort: { object: 'P', method: 'Abort' },
      reset: { object: 'P', method: 'Reset' },
      trace: { xTag: 'press.x', yTag: 'press.y' },
    },
  });
  const device = (id: string, tags: readonly object[]): ReturnType<typeof deviceSchema.parse> =>
    deviceSchema.parse({ schema: 'linewright/device@1', id, title: t(id), driver: 'fake', settings: {}, tags });
  return {
    hash: 'config-1',
    plant: plantSchema.parse({
      schema: 'linewright/plant@1',
      id: 'TEST',
      title: t('Test'),
      timeZone: 'Europe/Berlin',
      language: 'en',
      defaultStation: 'ST10',
    }),
    lines: [lineSchema.parse({ schema: 'linewright/line@1', id: 'L1', title: t('L1'), stations: ['ST10', 'ST20'] })],
    stations: ['ST10', 'ST20'].map((id) =>
      stationSchema.parse({
        schema: 'linewright/station@1',
        id,
        title: t(id),
        devices: ['press', 'gauge', 'dial'],
        panel: ['press.y'],
      }),
    ),
    devices: [
      press,
      device('gauge', [tag('gauge.value', 'mm'), tag('gauge.needle', 'mm')]),
      device('dial', [tag('dial.value', 'mm', 'number', 2_000)]),
    ],
    recipes: [
      recipeSchema.parse({
        schema: 'linewright/recipe@1',
        id: 'R1',
        revision: '1',
        title: t('Recipe'),
        device: 'press',
        parameters: [
          { id: 'target', title: t('Target force'), tag: 'press.target', value: 12.4, unit: 'kN', tolerance: 0.01 },
          { id: 'hold', title: t('Hold time'), tag: 'press.hold', value: 800, unit: 'ms' },
        ],
      }),
    ],
    definitions: [
      testDefinition(),
      testDefinition({ revision: 'B', status: 'draft' }),
      testDefinition({ revision: '0', status: 'retired' }),
    ],
    controlPlans: [],
    materials: [
      { id: 'PUMP', title: t('Pump') },
      { id: 'HSG', title: t('Housing'), gtin: '04000001000017' },
      { id: 'IMP', title: t('Impeller') },
      { id: 'NUT', title: t('Nut') },
    ],
    people: peopleSchema.parse({
      schema: 'linewright/people@1',
      qualifications: [{ id: 'pressing', title: t('Pressing') }],
      people: [
        person('mara', ['operator'], { qualifications: [{ id: 'pressing', validTo: '2027-03-31' }] }),
        person('late', ['operator'], { qualifications: [{ id: 'pressing', validTo: '2026-11-19' }] }),
        person('new', ['operator']),
        person('lead', ['line-lead'], {
          pinHash: '$argon2id$x',
          qualifications: [{ id: 'pressing', validTo: null }],
        }),
        person('nopin', ['line-lead']),
        person('asked', ['operator'], { pinHash: '$argon2id$y', pinAtSignIn: true }),
        person('engineer', ['controls-engineer'], { pinHash: '$argon2id$z' }),
        person('gone', ['operator'], { disabled: true }),
      ],
    }),
    orders: ordersSchema.parse({
      schema: 'linewright/orders@1',
      orders: [
        {
          id: 'WO-1',
          material: 'PUMP',
          definition: 'PUMP',
          revision: 'A',
          quantity: 10,
          status: 'released',
          serialPrefix: 'P-',
          units: [
            { serial: 'P-0001' },
            { serial: 'P-0002' },
            { serial: 'P-0003', held: 'scratch' },
            { serial: 'P-0004', passed: [{ operation: '10' }] },
            {
              serial: 'P-0005',
              passed: [{ operation: '10' }, { operation: '20', station: 'ST10', at: '2026-11-19T10:00:00+01:00' }],
            },
          ],
        },
      ],
    }).orders,
  };
}

function person(id: string, roles: readonly string[], more: object = {}): object {
  return { id, name: id.toUpperCase(), badge: `BDG-${id}`, roles, language: 'en', ...more };
}
