/** An invented containment for looking at the plant view. */
import { implement } from '@orpc/server';
import { plantContract } from '#contract/plant/index.ts';

const at0 = Date.UTC(2026, 10, 25, 12, 0, 0);
const plantContained = implement(plantContract).containments;
/** Of the plant view: one in force. */
export const plantContainments = (
  watch: Parameters<typeof plantContained.watch.handler>[0],
  act: (path: string, input: unknown) => void,
) => ({
  watch: plantContained.watch.handler(watch),
  list: plantContained.list.handler(() => ({
    items: [
      {
        containmentId: 'ct-01',
        criterion: { kind: 'lot' as const, materialId: 'HSG-100', lot: 'H-22817' },
        reason: 'Pores in the casting',
        nonconformanceId: null,
        at: at0,
        by: 'Jana Vogt',
        stationId: 'ST10',
        lifted: null,
        held: 37,
        units: [{ serial: 'PMP100-2600420', status: 'held' as const, stationId: 'ST10', held: true }],
      },
    ],
    next: null,
    total: 1,
  })),
  choices: plantContained.choices.handler(() => ({
    materials: [
      { id: 'HSG-100', title: { en: 'Pump housing', de: 'Pumpengehäuse' } },
      { id: 'IMP-100', title: { en: 'Impeller', de: 'Laufrad' } },
    ],
    lots: [
      { materialId: 'HSG-100', lot: 'H-22817' },
      { materialId: 'HSG-100', lot: 'H-22790' },
    ],
    orders: ['WO-10452', 'WO-10460'],
    definitions: [
      {
        id: 'PMP-100',
        title: { en: 'Coolant pump', de: 'Kühlmittelpumpe' },
        operations: [{ id: '10', title: { en: 'Press and measure', de: 'Einpressen und messen' } }],
      },
    ],
    stations: [{ id: 'ST10', title: { en: 'Press and measure', de: 'Einpressen und messen' } }],
    gauges: [{ id: 'G-114', title: { en: 'Calliper', de: 'Messschieber' } }],
    devices: [
      {
        id: 'calliper',
        title: { en: 'Calliper', de: 'Messschieber' },
        stations: ['ST10'],
        everywhere: true,
        gaugeId: 'G-114',
      },
      {
        id: 'screwdriver-s1',
        title: { en: 'Screwdriver controller S1', de: 'Schraubersteuerung S1' },
        stations: ['ST10'],
        everywhere: false,
        gaugeId: null,
      },
    ],
  })),
  preview: plantContained.preview.handler(() => ({
    ok: true as const,
    value: {
      units: 37,
      onHold: 2,
      first: Array.from({ length: 8 }, (_, n) => ({
        serial: `PMP100-26004${17 + n}`,
        status: n === 3 ? ('held' as const) : ('waiting' as const),
        stationId: 'ST10',
      })),
    },
  })),
  begin: plantContained.begin.handler(({ input }) => {
    act('containments.begin', input);
    return { ok: true, value: undefined } as const;
  }),
  lift: plantContained.lift.handler(({ input }) => {
    act('containments.lift', input);
    return { ok: true, value: undefined } as const;
  }),
});
