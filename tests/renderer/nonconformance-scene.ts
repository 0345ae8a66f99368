/** Invented nonconformances for looking at the screens. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { ContainmentOffer, ContainmentRow } from '#contract/rpc/containments.ts';
import type { Localized } from '#contract/config/text.ts';
import type {
  CaptureView,
  ContainmentView,
  NonconformanceRow,
  NonconformanceView,
  ParetoView,
} from '#contract/rpc/nonconformances.ts';

const at0 = Date.UTC(2026, 10, 25, 12, 0, 0);
const text = (en: string, de: string): Localized => ({ en, de });
const product = { definitionId: 'PMP-100', title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100') };
const surface = text('Surface', 'Oberfläche');
const assembly = text('Assembly', 'Montage');
const picture = {
  id: 'pump',
  title: text('Coolant pump', 'Kühlmittelpumpe'),
  url: '/definition-images/bore.svg',
  places: [
    { id: 'flange', title: text('Flange', 'Flansch'), x: 31.3, y: 18 },
    { id: 'bore', title: text('Bore and bearing', 'Bohrung und Lager'), x: 31.3, y: 52 },
  ],
};
const operation = { id: '10', title: text('Press and measure', 'Einpressen und Messen') };

const capture: CaptureView = {
  serial: 'PMP100-2600417',
  product,
  operation,
  defects: [
    {
      id: 'burr',
      title: text('Burr in the bore', 'Grat in der Bohrung'),
      group: surface,
      severity: 'major',
      count: 14,
      marked: true,
    },
    { id: 'scratch', title: text('Scratch', 'Kratzer'), group: surface, severity: 'minor', count: 9, marked: true },
    {
      id: 'bearing-tilted',
      title: text('Bearing not seated', 'Lager sitzt nicht'),
      group: assembly,
      severity: 'major',
      count: 6,
      marked: true,
    },
    {
      id: 'impeller-rubs',
      title: text('Impeller rubs', 'Laufrad streift'),
      group: assembly,
      severity: 'major',
      count: 3,
      marked: true,
    },
    {
      id: 'porosity',
      title: text('Pore or blowhole', 'Pore oder Lunker'),
      group: surface,
      severity: 'major',
      count: 2,
      marked: true,
    },
    {
      id: 'bore-size',
      title: text('Bore out of tolerance', 'Bohrung außer Toleranz'),
      group: surface,
      severity: 'critical',
      count: 1,
      marked: false,
    },
    { id: 'crack', title: text('Crack', 'Riss'), group: surface, severity: 'critical', count: 0, marked: true },
    { id: 'leak', title: text('Leaks', 'Undicht'), group: assembly, severity: 'critical', count: 0, marked: true },
    {
      id: 'label',
      title: text('Label missing or unreadable', 'Etikett fehlt oder unleserlich'),
      group: assembly,
      severity: 'minor',
      count: 0,
      marked: true,
    },
  ],
  pictures: [picture],
  materials: [
    { materialId: 'HSG-100', title: text('Pump housing', 'Pumpengehäuse'), lot: 'H-22817' },
    { materialId: 'IMP-100', title: text('Impeller', 'Laufrad'), lot: null },
  ],
  open: [],
};

const rows: readonly NonconformanceRow[] = [
  {
    nonconformanceId: 'nc-01',
    title: text('Burr in the bore', 'Grat in der Bohrung'),
    severity: 'major',
    status: 'open',
    subject: { kind: 'units', serials: ['PMP100-2600417', 'PMP100-2600418', 'PMP100-2600419'] },
    quantity: 3,
    waiting: 1,
    stationId: 'ST10',
    operationId: '10',
    at: at0,
    by: 'Sam Okafor',
  },
  {
    nonconformanceId: 'nc-02',
    title: text('Scratch', 'Kratzer'),
    severity: 'minor',
    status: 'rework',
    subject: {
      kind: 'quantity',
      material: 'HSG-100',
      title: text('Pump housing', 'Pumpengehäuse'),
      lot: 'H-22817',
    },
    quantity: 12,
    waiting: 0,
    stationId: 'ST10',
    operationId: null,
    at: at0 - 7_200_000,
    by: 'Mara Keller',
  },
  {
    nonconformanceId: 'nc-03',
    title: text('Crack', 'Riss'),
    severity: 'critical',
    status: 'closed',
    subject: { kind: 'units', serials: ['PMP100-2600401'] },
    quantity: 1,
    waiting: 0,
    stationId: 'ST20',
    operationId: '20',
    at: at0 - 86_400_000,
    by: 'Li Chen',
  },
];

const view = (nonconformanceId: string): NonconformanceView | null => {
  const row = rows.find((each) => each.nonconformanceId === nonconformanceId);
  if (row === undefined) return null;
  const serials = row.subject.kind === 'units' ? row.subject.serials : [];
  return {
    ...row,
    defectId: 'burr',
    group: surface,
    product: { ...product, revision: 'C' },
    orderId: 'WO-10452',
    operationTitle: operation.title,
    mark: { picture: 'pump', x: 33, y: 49, placeId: 'bore', placeText: text('Bore and bearing', 'Bohrung und Lager') },
    picture,
    notes: [
      {
        text: 'Burr all round at mark 2, felt with the finger.',
        at: at0 + 40_000,
        by: 'Sam Okafor',
      },
    ],
    photos: [],
    units: serials.map((serial, n) => ({
      serial,
      status: n === 1 ? ('scrapped' as const) : n === 2 ? ('waiting' as const) : ('held' as const),
      stationId: 'ST10',
      disposition: n === 1 ? ('scrap' as const) : n === 2 ? ('rework' as const) : null,
      dispositionId: n === 1 ? 'd-1' : n === 2 ? 'd-2' : null,
      reworked: false,
      hold: n === 0 ? ('held' as const) : n === 2 ? ('lifted' as const) : ('none' as const),
      reworks: n === 2 ? [{ operationId: '10', done: 1, beyond: false }] : [],
    })),
    dispositions:
      serials.length === 0
        ? [
            {
              dispositionId: 'd-3',
              kind: 'rework',
              serials: [],
              quantity: 12,
              counts: 12,
              operations: [],
              reason: 'Polish',
              concession: null,
              at: at0 - 3_600_000,
              by: 'Jana Vogt',
              stationId: 'ST10',
              done: false,
            },
          ]
        : [
            {
              dispositionId: 'd-1',
              kind: 'scrap',
              serials: serials.slice(1, 2),
              quantity: 1,
              counts: 1,
              operations: [],
              reason: 'Bore is damaged',
              concession: null,
              at: at0 + 600_000,
              by: 'Jana Vogt',
              stationId: 'ST10',
              done: null,
            },
            {
              dispositionId: 'd-2',
              kind: 'rework',
              serials: serials.slice(2, 3),
              quantity: 1,
              counts: 1,
              operations: [operation],
              reason: 'Deburr and press again',
              concession: null,
              at: at0 + 900_000,
              by: 'Jana Vogt',
              stationId: 'ST10',
              done: null,
            },
          ],
    limit: 2,
    proposed: { kind: 'rework', operations: ['10'] },
    operations: [operation, { id: '20', title: text('Final check and release', 'Endprüfung und Freigabe') }],
    closedAt: row.status === 'closed' ? at0 : null,
  };
};

const containment: ContainmentView = {
  basis: 'operation',
  lots: [{ materialId: 'HSG-100', title: text('Pump housing', 'Pumpengehäuse'), lot: 'H-22817' }],
  units: Array.from({ length: 14 }, (_, n) => ({
    serial: `PMP100-26004${20 + n}`,
    status: n === 0 ? 'held' : n > 9 ? 'done' : 'waiting',
    stationId: n > 9 ? 'ST20' : 'ST10',
    at: at0 - n * 240_000,
  })),
  more: false,
  criterion: {
    kind: 'operation',
    definitionId: 'PMP-100',
    operationId: '10',
    stationId: null,
    from: at0 - 86_400_000,
    until: null,
  },
};

const counts = [14, 9, 6, 3, 2, 1];
export const nonconformancePareto = (by: ParetoView['by']): ParetoView => ({
  by,
  fromAt: at0 - 30 * 86_400_000,
  toAt: at0,
  bars:
    by === 'defect'
      ? capture.defects.slice(0, 6).map(({ id, title }, n) => ({ key: id, title, count: counts[n] ?? 0 }))
      : by === 'station'
        ? [
            { key: 'ST10', title: text('ST10', 'ST10'), count: 24 },
            { key: 'ST20', title: text('ST20', 'ST20'), count: 11 },
          ]
        : [{ key: 'PMP-100', title: product.title, count: 35 }],
  total: 35,
});

const codes = containment.units.slice(0, 6).map(({ serial }) => ({
  serial,
  dataMatrix: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v2h-1z"/></svg>',
}));

/** Answers with what is invented; acts are only noted. */
export function nonconformanceRoutes(
  act: (path: string) => (call: { input: unknown }) => Promise<{ readonly ok: true; readonly value: undefined }>,
  note: (what: { readonly path: string; readonly input: unknown }) => void,
) {
  const os = implement(contract).nonconformances;
  return {
    watch: os.watch.handler(async function* ({ signal }) {
      yield { revision: 1, open: 1 };
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    }),
    capture: os.capture.handler(() => capture),
    record: os.record.handler(({ input }) => {
      note({ path: 'nonconformances.record', input });
      return { ok: true, value: { nonconformanceId: 'nc-01' } } as const;
    }),
    amend: os.amend.handler(act('nonconformances.amend')),
    addPhoto: os.addPhoto.handler(act('nonconformances.addPhoto')),
    photo: os.photo.handler(() => null),
    list: os.list.handler(() => ({ items: rows, next: null, total: rows.length })),
    products: os.products.handler(() => [product]),
    get: os.get.handler(({ input }) => view(input.nonconformanceId)),
    dispose: os.dispose.handler(act('nonconformances.dispose')),
    reworkDone: os.reworkDone.handler(act('nonconformances.reworkDone')),
    containment: os.containment.handler(() => containment),
    codes: os.codes.handler(() => codes),
    pareto: os.pareto.handler(({ input }) => nonconformancePareto(input.by)),
  };
}

const contained: ContainmentRow = {
  containmentId: 'ct-01',
  criterion: { kind: 'lot', materialId: 'HSG-100', lot: 'H-22817' },
  title: text('Pump housing', 'Pumpengehäuse'),
  reason: 'Pores in the casting',
  nonconformanceId: 'nc-01',
  at: at0 + 600_000,
  by: 'Jana Vogt',
  stationId: 'ST10',
  lifted: null,
  road: 'waiting',
  held: 3,
};
const containmentRows: readonly ContainmentRow[] = [
  contained,
  {
    ...contained,
    containmentId: 'ct-02',
    criterion: { kind: 'gauge', gaugeId: 'G-114', from: at0 - 7_200_000, until: at0 },
    title: null,
    reason: 'Jaw was loose',
    road: 'told',
    held: 41,
    nonconformanceId: null,
    lifted: { at: at0, by: 'Nora Feld', reason: 'measured again, all good' },
  },
];
function offered(kind: 'lot' | 'operation' | 'order' | 'device', since: number): ContainmentOffer['offers'] {
  const pump = { en: 'Pump PMP-100', de: 'Pumpe PMP-100' };
  if (kind === 'order') return [{ criterion: { kind, orderId: 'WO-2611-07' }, title: null, at: at0 }];
  if (kind === 'device') {
    const press = { en: 'Servo press', de: 'Servopresse' };
    return [
      { criterion: { kind, deviceId: 'press', stationId: 'ST10', from: since, until: null }, title: press, at: at0 },
    ];
  }
  if (kind === 'operation') {
    const operation = { kind, definitionId: 'PMP-100', operationId: '10', stationId: 'ST10', from: since, until: null };
    return [{ criterion: operation, title: pump, at: at0 }];
  }
  return ['H-22817', 'H-22790'].map((lot) => ({
    criterion: { kind, materialId: 'HSG-100', lot },
    title: { en: 'Pump housing', de: 'Pumpengehäuse' },
    at: at0,
  }));
}
type Act = (path: string) => (asked: { input: unknown }) => Promise<{ readonly ok: true; readonly value: undefined }>;
export function scriptedContainments(act: Act) {
  const ofContainments = implement(contract).containments;
  return {
    watch: ofContainments.watch.handler(async function* () {
      yield { revision: 1, inForce: 1 };
      await new Promise(() => undefined);
    }),
    list: ofContainments.list.handler(() => ({ items: [...containmentRows], next: null, total: 2 })),
    units: ofContainments.units.handler(() => ({
      units: [
        { serial: 'PMP100-2600420', status: 'held' as const, stationId: 'ST10', held: true },
        { serial: 'PMP100-2600421', status: null, stationId: null, held: true },
      ],
      more: false,
    })),
    offer: ofContainments.offer.handler(({ input: { kind, since } }) => ({
      offers: offered(kind, since),
      materials: [
        { id: 'HSG-100', title: { en: 'Pump housing', de: 'Pumpengehäuse' } },
        { id: 'SEAL-22', title: { en: 'Shaft seal', de: 'Wellendichtring' } },
      ],
    })),
    preview: ofContainments.preview.handler(({ input: { criterion } }) =>
      criterion.kind === 'lot' && criterion.lot === 'H-22817'
        ? {
            units: 31,
            onHold: 2,
            first: Array.from({ length: 20 }, (_, at) => ({
              serial: `PMP100-26004${at + 10}`,
              status: at < 2 ? ('held' as const) : ('done' as const),
              stationId: 'ST10',
            })),
          }
        : { units: 0, onHold: 0, first: [] },
    ),
    begin: ofContainments.begin.handler(async (asked) => {
      await act('containments.begin')(asked);
      return { ok: true, value: { containmentId: 'ct-03' } } as const;
    }),
    lift: ofContainments.lift.handler(act('containments.lift')),
  };
}
