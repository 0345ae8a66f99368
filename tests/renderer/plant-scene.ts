/** An invented plant for looking at every screen of the plant view, and for its tests. */
import type { PlantHealth } from '#contract/plant/base.ts';
import type { WorkPace } from '#contract/rpc/execution.ts';
import type { LineRow, StationTile } from '#contract/plant/lines.ts';
import type { JobOrderRow, PlantOrder } from '#contract/plant/orders.ts';
import { plantRights, type PlantRight } from '#contract/plant/roles.ts';
import type { PlantNames, PlantSession } from '#contract/plant/session.ts';
import type { SignInMethods } from '#contract/plant/sign-in.ts';
import { rootOfLine } from './machines-scene.ts';

const minute = 60_000;
const hour = 60 * minute;
const text = (en: string, de: string): { en: string; de: string } => ({ en, de });

export const methods: SignInMethods = {
  plant: { title: text('South plant (demo)', 'Werk Süd (Demo)'), language: 'en', demo: true },
  setUp: false,
  oidc: { title: 'Company sign-in' },
  demoAccounts: [
    {
      id: 'jana.vogt',
      password: 'demo-line-lead',
      text: text('Jana Vogt, line lead of line L1', 'Jana Vogt, Linienführerin der Linie L1'),
    },
    {
      id: 'admin',
      password: 'demo-administrator',
      text: text('Administrator, manages accounts', 'Administrator, verwaltet die Konten'),
    },
  ],
};

export function plantSession(rights: readonly PlantRight[] = plantRights): PlantSession {
  return {
    account: { id: 'jana.vogt', name: 'Jana Vogt', language: 'en' },
    passwordToChange: false,
    grants: [
      { role: 'line-lead', scope: 'line:L1' },
      { role: 'administrator', scope: '*' },
    ],
    rights,
    plant: { id: 'werk-sued', title: methods.plant.title, timeZone: 'Europe/Berlin', demo: true },
  };
}

export function health(): PlantHealth {
  return {
    version: '0.2.0',
    plantId: 'werk-sued',
    database: 'postgresql',
    now: Date.now(),
    behind: { events: 0, oldestAt: null },
  };
}

/** All of this hour is planned. */
function paceOf(pieces: number): WorkPace {
  const from = Math.floor(Date.now() / hour) * hour;
  const to = from + hour;
  return { taktMs: hour / pieces, hour: { from, to }, calendar: [{ from, to, kind: 'working' }] };
}

function tile(stationId: string, title: { en: string; de: string }, over: Partial<StationTile> = {}): StationTile {
  const now = Date.now();
  return {
    stationId,
    title,
    link: 'linked',
    heardAt: now - 800,
    work: 'in-work',
    workSince: now - 3 * minute,
    unit: { serial: 'PMP100-2600417', orderId: 'WO-10452', operationId: '10' },
    person: 'Mara Keller',
    passes: { thisHour: 9, lastHour: 15, lastPassAt: now - 4 * minute },
    pace: paceOf(16),
    unsent: { count: 0, oldestAt: null },
    devicesDown: [],
    ...over,
  };
}

export function lineRows(): readonly LineRow[] {
  const now = Date.now();
  return [
    {
      lineId: 'L1',
      title: text('Coolant pumps', 'Kühlmittelpumpen'),
      order: { orderId: 'WO-10452', done: 214, quantity: 400 },
      held: 2,
      cases: 1,
      standsAt: { root: rootOfLine, waiting: 2 },
      signals: [
        {
          signalId: 'sg-01',
          title: { en: 'Bore B', de: 'Bohrung B' },
          stationId: 'ST10',
          raisedAt: Date.now() - 420_000,
        },
      ],
      stations: [
        tile('ST05', text('Kitting', 'Kommissionieren'), {
          unit: { serial: 'PMP100-2600421', orderId: 'WO-10452', operationId: '05' },
          person: 'Sam Okafor',
          passes: { thisHour: 16, lastHour: 16, lastPassAt: now - minute },
        }),
        tile('ST10', text('Press and measure', 'Einpressen und Messen')),
        tile('ST20', text('Leak test', 'Dichtprüfung'), {
          work: 'failed',
          workSince: now - 4 * minute,
          unit: { serial: 'PMP100-2600409', orderId: 'WO-10452', operationId: '20' },
          person: 'Tom Brandt',
          passes: { thisHour: 3, lastHour: 14, lastPassAt: now - 22 * minute },
          devicesDown: ['leak-tester'],
        }),
        tile('ST30', text('Final assembly', 'Endmontage'), {
          work: 'waiting',
          unit: null,
          person: 'Li Chen',
          pace: null,
          unsent: { count: 37, oldestAt: now - 8 * minute },
        }),
      ],
    },
    {
      lineId: 'L2',
      title: text('Valve blocks', 'Ventilblöcke'),
      order: { orderId: 'WO-10431', done: 1_120, quantity: 1_200 },
      held: 0,
      cases: 0,
      standsAt: null,
      signals: [],
      stations: [
        tile('V10', text('Milling', 'Fräsen'), {
          unit: { serial: 'VLB-0099120', orderId: 'WO-10431', operationId: '10' },
          passes: { thisHour: 41, lastHour: 41, lastPassAt: now - minute },
          pace: paceOf(42),
        }),
        tile('V20', text('Deburring and washing', 'Entgraten und Waschen'), { work: 'locked', unit: null }),
        tile('V30', text('Inspection', 'Prüfung'), {
          link: 'silent',
          heardAt: now - 25 * minute,
          unit: { serial: 'VLB-0099101', orderId: 'WO-10431', operationId: '30' },
          unsent: { count: 4, oldestAt: now - 26 * minute },
        }),
      ],
    },
    {
      lineId: 'L3',
      title: text('Test rigs', 'Prüfstände'),
      order: null,
      held: 0,
      cases: 0,
      standsAt: null,
      signals: [],
      stations: [
        tile('T10', text('Rig 1', 'Prüfstand 1'), {
          link: 'never',
          heardAt: null,
          work: 'unknown',
          workSince: null,
          unit: null,
          person: null,
          passes: { thisHour: 0, lastHour: 0, lastPassAt: null },
          pace: null,
        }),
      ],
    },
  ];
}

function job(
  jobOrderId: string,
  lineId: string,
  sequence: number | null,
  quantity: number,
  over: Partial<JobOrderRow> = {},
): JobOrderRow {
  return {
    jobOrderId,
    lineId,
    quantity,
    sequence,
    created: 0,
    done: 0,
    held: 0,
    scrapped: 0,
    inWork: 0,
    blocked: [],
    ...over,
  };
}
function order(orderId: string, over: Partial<PlantOrder>): PlantOrder {
  return {
    orderId,
    material: { id: 'PMP-100', title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100') },
    definition: { id: 'PMP-100', revision: 'C' },
    status: 'released',
    holdReason: null,
    quantity: 400,
    priority: 5,
    dueAt: Date.now() + 26 * hour,
    serialPrefix: 'PMP100-26',
    elsewhere: null,
    source: 'erp',
    jobs: [],
    version: 3,
    ...over,
  };
}

export function openOrders(): PlantOrder[] {
  const now = Date.now();
  const valve = { id: 'VLB-7', title: text('Valve block 7-way', 'Ventilblock 7-Wege') };
  return [
    order('WO-10452', {
      jobs: [job('WO-10452.1', 'L1', 1, 400, { created: 221, done: 214, held: 2, inWork: 4, scrapped: 1 })],
    }),
    order('WO-10460', {
      quantity: 120,
      dueAt: now - 3 * hour,
      priority: 8,
      source: 'plant',
      jobs: [job('WO-10460.1', 'L1', 2, 120, { created: 3, done: 1, inWork: 2 })],
    }),
    order('WO-10463', {
      quantity: 60,
      status: 'held',
      holdReason: 'Impellers from lot H-22817 are missing',
      jobs: [
        job('WO-10463.1', 'L1', 3, 60, {
          blocked: [
            {
              code: 'blocked.held',
              params: { order: 'WO-10463', reason: 'Impellers from lot H-22817 are missing' },
              field: null,
            },
          ],
        }),
      ],
    }),
    order('WO-10467', {
      quantity: 250,
      status: 'created',
      definition: { id: 'PMP-100', revision: 'D' },
      dueAt: now + 60 * hour,
      source: 'csv',
      jobs: [
        job('WO-10467.1', 'L1', 4, 150, {
          blocked: [
            { code: 'blocked.order-status', params: { order: 'WO-10467', status: 'created' }, field: null },
            { code: 'blocked.definition-not-released', params: { definition: 'PMP-100', revision: 'D' }, field: null },
          ],
        }),
        job('WO-10467.2', 'L2', 3, 100, {
          blocked: [{ code: 'blocked.order-status', params: { order: 'WO-10467', status: 'created' }, field: null }],
        }),
      ],
    }),
    order('WO-10470', { quantity: 30, dueAt: null, source: 'station:ST10', jobs: [job('WO-10470.1', 'L1', 5, 30)] }),
    order('WO-10431', {
      material: valve,
      definition: { id: 'VLB-7', revision: 'A' },
      quantity: 1_200,
      serialPrefix: 'VLB-00',
      jobs: [job('WO-10431.1', 'L2', 1, 1_200, { created: 1_140, done: 1_120, inWork: 12 })],
    }),
    order('WO-10448', {
      material: valve,
      definition: { id: 'VLB-7', revision: 'A' },
      quantity: 800,
      serialPrefix: 'VLB-01',
      jobs: [job('WO-10448.1', 'L2', 2, 800)],
    }),
  ];
}

export const definitions = [
  {
    id: 'PMP-100',
    revision: 'C',
    title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100'),
    material: 'PMP-100',
    lines: ['L1', 'L2'],
  },
  {
    id: 'VLB-7',
    revision: 'A',
    title: text('Valve block 7-way', 'Ventilblock 7-Wege'),
    material: 'VLB-7',
    lines: ['L2'],
  },
];

/** Names of the ids in the records. */
export const plantNames: PlantNames = {
  people: {
    'mara.keller': 'Mara Keller',
    'tom.brandt': 'Tom Brandt',
    'sam.okafor': 'Sam Okafor',
    'li.chen': 'Li Chen',
  },
  accounts: {
    'jana.vogt': 'Jana Vogt',
    'li.chen': 'Li Chen',
    'emre.aydin': 'Emre Aydin',
    'ravi.nair': 'Ravi Nair',
    admin: 'Demo administrator',
  },
};
