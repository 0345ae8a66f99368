/** Invented nonconformances for looking at the plant view: one with units to be decided, one of a quantity that is closed. */
import { implement } from '@orpc/server';
import { plantContract } from '#contract/plant/index.ts';
import type { PlantNonconformance } from '#contract/plant/nonconformances.ts';
import { nonconformancePareto } from './nonconformance-scene.ts';

const at0 = Date.UTC(2026, 10, 25, 12, 0, 0);
const text = (en: string, de: string) => ({ en, de });
const operations = [
  { id: '10', title: text('Press and measure', 'Einpressen und Messen') },
  { id: '20', title: text('Final check and release', 'Endprüfung und Freigabe') },
];
const burr: PlantNonconformance = {
  nonconformanceId: 'nc-01',
  title: text('Burr in the bore', 'Grat in der Bohrung'),
  severity: 'major',
  status: 'open',
  lineId: 'L1',
  stationId: 'ST10',
  operationId: '10',
  product: { definitionId: 'PMP-100', revision: 'C', title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100') },
  material: null,
  orderId: 'WO-10452',
  placeText: text('Bore and bearing', 'Bohrung und Lager'),
  quantity: 4,
  waiting: 2,
  at: at0,
  by: 'Sam Okafor',
  notes: [{ text: 'Burr all round at mark 2, felt with the finger.', at: at0 + 40_000, by: 'Sam Okafor' }],
  photos: [],
  units: [
    { serial: 'PMP100-2600417', status: 'held', disposition: null, reworked: false, held: true },
    { serial: 'PMP100-2600420', status: 'held', disposition: null, reworked: false, held: true },
    { serial: 'PMP100-2600418', status: 'scrapped', disposition: 'scrap', reworked: false, held: false },
    { serial: 'PMP100-2600419', status: 'waiting', disposition: 'rework', reworked: false, held: false },
  ],
  dispositions: [
    {
      dispositionId: 'di-1',
      kind: 'scrap',
      serials: ['PMP100-2600418'],
      quantity: 1,
      counts: 1,
      operations: [],
      reason: 'Bore is damaged',
      concession: null,
      at: at0 + 600_000,
      by: 'Jana Vogt',
      stationId: 'ST10',
    },
    {
      dispositionId: 'di-2',
      kind: 'rework',
      serials: ['PMP100-2600419'],
      quantity: 1,
      counts: 1,
      operations: ['10'],
      reason: 'Deburr and press again',
      concession: null,
      at: at0 + 900_000,
      by: 'Jana Vogt',
      stationId: 'ST10',
    },
  ],
  operations,
  proposed: { kind: 'rework', operations: ['10'] },
  closedAt: null,
};
const plantNonconformanceRows: readonly PlantNonconformance[] = [
  burr,
  {
    ...burr,
    nonconformanceId: 'nc-02',
    title: text('Scratch', 'Kratzer'),
    severity: 'minor',
    status: 'closed',
    operationId: null,
    product: null,
    material: { id: 'HSG-100', title: text('Pump housing', 'Pumpengehäuse'), lot: 'H-22817' },
    orderId: null,
    placeText: null,
    quantity: 12,
    waiting: 0,
    at: at0 - 7_200_000,
    by: 'Mara Keller',
    notes: [],
    units: [],
    dispositions: [
      {
        dispositionId: 'di-3',
        kind: 'use-as-is',
        serials: [],
        quantity: 12,
        counts: 12,
        operations: [],
        reason: 'Outside of the sealing face',
        concession: { number: 'K-2026-014', expiresAt: at0 + 30 * 86_400_000, quantity: 500 },
        at: at0 - 3_600_000,
        by: 'Nora Feld',
        stationId: 'ST10',
      },
    ],
    proposed: { kind: null, operations: [] },
    closedAt: at0 - 3_600_000,
  },
];

const plantOs = implement(plantContract).nonconformances;
/** Of the plant view. */
export const plantNonconformances = (watch: Parameters<typeof plantOs.watch.handler>[0]) => ({
  watch: plantOs.watch.handler(watch),
  list: plantOs.list.handler(() => ({
    items: [...plantNonconformanceRows],
    next: null,
    total: plantNonconformanceRows.length,
  })),
  photo: plantOs.photo.handler(() => null),
  dispose: plantOs.dispose.handler(() => ({ ok: true, value: undefined }) as const),
  pareto: plantOs.pareto.handler(({ input }) => nonconformancePareto(input.by)),
});
