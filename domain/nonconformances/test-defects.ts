/** A plant of one product with three operations in a row, for the tests of nonconformances. */
import { defectsSchema } from '#contract/config/defects.ts';
import { processDefinitionSchema } from '#contract/config/definition.ts';
import type { Configuration } from '#contract/config/index.ts';
import { ordersSchema, peopleSchema } from '#contract/config/plant.ts';
import { t, testConfiguration } from '#domain/test-plant.ts';

export function defectConfiguration(): Configuration {
  const base = testConfiguration();
  const operation = (id: string, after: readonly string[]): object => ({
    id,
    title: t(`Operation ${id}`),
    stations: ['ST10', 'ST20'],
    after,
    steps: [{ id: 'do', type: 'instruction', title: t('Do') }],
  });
  const definition = processDefinitionSchema.parse({
    schema: 'linewright/process-definition@1',
    id: 'PUMP',
    revision: 'A',
    status: 'released',
    material: 'PUMP',
    title: t('Pump'),
    bom: [{ line: '10', material: 'HSG', quantity: 1, trace: 'lot' }],
    operations: [operation('10', []), operation('20', ['10']), operation('30', ['20'])],
  });
  const person = (id: string, role: string): object => ({
    id,
    name: id.toUpperCase(),
    badge: `BDG-${id}`,
    roles: [role],
    language: 'en',
    pinHash: '$argon2id$x',
  });
  return {
    ...base,
    definitions: [{ ...definition, hash: 'hash-A', folder: 'definitions/PUMP.A' }],
    people: peopleSchema.parse({
      schema: 'linewright/people@1',
      people: [
        person('mara', 'operator'),
        person('lead', 'line-lead'),
        person('tech', 'quality-technician'),
        person('qe', 'quality-engineer'),
        person('engineer', 'controls-engineer'),
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
          quantity: 20,
          status: 'released',
          serialPrefix: 'P-',
          units: ['P-1', 'P-2', 'P-3', 'P-4'].map((serial) => ({ serial })),
        },
      ],
    }).orders,
    defects: defectsSchema.parse({
      schema: 'linewright/defects@1',
      reworkLimit: 2,
      groups: [{ id: 'surface', title: t('Surface') }],
      pictures: [
        {
          id: 'front',
          title: t('Front'),
          definition: 'PUMP',
          image: 'images/front.svg',
          places: [
            { id: 'flange', title: t('Flange'), x: 20, y: 20 },
            { id: 'bore', title: t('Bore'), x: 60, y: 60 },
          ],
        },
      ],
      defects: [
        { id: 'scratch', title: t('Scratch'), group: 'surface', severity: 'minor' },
        {
          id: 'crack',
          title: t('Crack'),
          group: 'surface',
          severity: 'critical',
          foundAt: [{ definition: 'PUMP', operations: ['10', '20'] }],
          disposition: 'scrap',
          reworkLimit: 1,
          rework: [{ definition: 'PUMP', operations: ['10'] }],
        },
        { id: 'leak', title: t('Leak'), group: 'surface', severity: 'major', foundAt: [{ definition: 'OTHER' }] },
      ],
    }),
  };
}
