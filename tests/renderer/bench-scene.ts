/** Invented samples for looking at the bench. */
import type { BenchView, DueView, SampleCharacteristic, SampleView, SetUpView } from '#contract/rpc/bench.ts';
import type { Localized } from '#contract/config/text.ts';
import { suspectText } from '#domain/gauges/suspect.ts';

const at = Date.UTC(2026, 10, 25, 12, 0, 0);
const pump: Localized = { en: 'Coolant pump PMP-100', de: 'Kühlmittelpumpe PMP-100' };
const bore: Localized = { en: 'Bore B', de: 'Bohrung B' };
const weight: Localized = { en: 'Weight', de: 'Gewicht' };
const of = {
  definition: { id: 'PMP-100', title: pump },
  operation: { id: '10', title: { en: 'Press and measure', de: 'Einpressen und Messen' } },
  station: { id: 'ST10', title: { en: 'Press and measure', de: 'Einpressen und Messen' } },
  characteristics: [
    { id: 'bore-b', title: bore },
    { id: 'weight', title: weight },
  ],
} as const;
const serials = ['PMP100-2600416', 'PMP100-2600417', 'PMP100-2600418'] as const;
const due = (dueId: string, reason: DueView['reason'], ago: number, more: Partial<DueView> = {}): DueView => ({
  ...of,
  dueId,
  reason,
  sinceAt: Date.now() - ago * 60_000,
  units: serials,
  size: 3,
  madeSince: 2,
  ...more,
});

const none: BenchView = {
  revision: 1,
  bench: false,
  due: [],
  upcoming: [],
  heardAt: null,
  linked: true,
  sampled: [of],
  measurable: ['PMP100-2600429', 'PMP100-2600430'],
  scanned: [],
  sample: null,
  refusedPush: null,
  judgedAt: at,
};
const list: BenchView = {
  ...none,
  bench: true,
  judgedAt: Date.now(),
  due: [
    due('d1', 'tool-change', 14, { units: serials.slice(0, 2) }),
    due('d2', 'units', 31, { madeSince: 7 }),
    due('d3', 'first-piece', 52, { characteristics: [{ id: 'weight', title: weight }] }),
  ],
  upcoming: [
    { ...of, reason: 'units', units: 3, ms: null, running: true },
    {
      ...of,
      characteristics: [{ id: 'weight', title: weight }],
      reason: 'minutes',
      units: null,
      ms: 41 * 60_000,
      running: true,
    },
  ],
};
const measured: readonly SampleCharacteristic[] = [
  {
    id: 'bore-b',
    title: bore,
    unit: 'mm',
    decimals: 3,
    nominal: 24,
    lower: 23.98,
    upper: 24.03,
    number: 1,
    balloon: { imageUrl: '/definition-images/bore.svg', x: 50, y: 71 },
    values: 1,
    acceptance: { rule: 'guarded', lower: 23.9833, upper: 24.0267, guard: 0.0033 },
    gauge: {
      deviceId: 'bench-calliper',
      title: { en: 'Calliper 150 mm', de: 'Messschieber 150 mm' },
      gaugeId: 'G-115',
      tagId: 'bench-calliper.value',
      liveTagId: null,
      faults: [],
    },
  },
  {
    id: 'weight',
    title: weight,
    unit: 'g',
    decimals: 2,
    nominal: 412,
    lower: 405,
    upper: 419,
    number: 2,
    balloon: { imageUrl: '/definition-images/bore.svg', x: 80, y: 20 },
    values: 1,
    acceptance: null,
    gauge: {
      deviceId: 'bench-balance',
      title: { en: 'Balance', de: 'Waage' },
      gaugeId: 'G-201',
      tagId: 'bench-balance.weight',
      liveTagId: 'bench-balance.live',
      faults: [],
    },
  },
];
const value = (
  n: number,
  serial: string,
  characteristicId: string,
  number: number,
  more: Partial<SampleView['values'][number]> = {},
): SampleView['values'][number] => ({
  valueId: `v${n}`,
  serial,
  characteristicId,
  index: 1,
  attempt: 1,
  value: number,
  verdict: 'ok',
  entry: 'device',
  at: at + n * 9_000,
  gaugeId: characteristicId === 'bore-b' ? 'G-115' : 'G-201',
  replaced: false,
  reason: null,
  suspect: null,
  ...more,
});
const sample: SampleView = {
  ...of,
  sampleId: 'sa-1',
  reason: 'units',
  startedAt: at,
  startedBy: 'Li Chen',
  measured,
  units: [
    { serial: serials[0], done: 2, total: 2 },
    { serial: serials[1], done: 1, total: 2 },
    { serial: serials[2], done: 0, total: 2 },
  ],
  values: [
    value(1, serials[0], 'bore-b', 24.031, { replaced: true, verdict: 'above' }),
    value(2, serials[0], 'bore-b', 24.004, { attempt: 2, reason: 'Chip between the jaws' }),
    value(3, serials[0], 'weight', 411.42),
    value(4, serials[1], 'bore-b', 24.028, { verdict: 'above' }),
  ],
  task: { serial: serials[1], characteristicId: 'weight', index: 1, remeasure: null },
  finished: null,
  charts: [],
};
const open: BenchView = { ...none, bench: true, sample };
const first: BenchView = {
  ...open,
  sample: { ...sample, task: { serial: serials[1], characteristicId: 'bore-b', index: 1, remeasure: null } },
  refusedPush: {
    at,
    deviceTitle: { en: 'Calliper of the bench', de: 'Messschieber am Prüfplatz' },
    value: 0.945,
    unit: 'mm',
    decimals: 3,
    reasons: [
      {
        code: 'value.other-unit',
        params: { value: 0.945, unit: 'mm', shownText: { en: 'inches', de: 'Zoll' }, characteristicText: bore },
      },
    ],
  },
};
/** The calliper failed its master check after all was measured. */
const foundBad = {
  code: 'gauge.recalled',
  params: { gauge: 'G-115', sinceAt: at - 4 * 3_600_000, foundAt: at + 60_000 },
} as const;
const suspect: BenchView = {
  ...open,
  sample: {
    ...sample,
    units: serials.map((serial) => ({ serial, done: 1, total: 2 })),
    values: [
      value(1, serials[0], 'bore-b', 24.031, { replaced: true, verdict: 'above', suspect: foundBad }),
      value(2, serials[0], 'bore-b', 24.004, { attempt: 2, reason: 'Chip between the jaws', suspect: foundBad }),
      value(3, serials[0], 'weight', 411.42),
      value(4, serials[1], 'bore-b', 24.028, { verdict: 'above', suspect: foundBad }),
      value(5, serials[1], 'weight', 412.08),
      value(6, serials[2], 'bore-b', 24.026, { replaced: true, suspect: foundBad }),
      value(7, serials[2], 'weight', 411.9),
      value(8, serials[2], 'bore-b', 24.019, { attempt: 2, reason: suspectText(foundBad) }),
    ],
    task: {
      serial: serials[0],
      characteristicId: 'bore-b',
      index: 1,
      remeasure: { valueId: 'v2', reason: '', suspect: foundBad, asked: false },
    },
  },
};
const finished: BenchView = {
  ...open,
  sample: {
    ...sample,
    units: serials.map((serial) => ({ serial, done: 2, total: 2 })),
    values: [
      ...sample.values,
      value(5, serials[1], 'weight', 412.08),
      value(6, serials[2], 'bore-b', 24.026),
      value(7, serials[2], 'weight', 411.9),
    ],
    task: null,
    finished: { at: at + 70_000, how: 'complete', reason: '' },
    charts: [
      {
        chart: { planId: 'PMP-100', characteristicId: 'bore-b', chartId: 'bore-b-bench', stationId: 'ST10' },
        revision: '1',
        kind: 'xbar-r',
        title: bore,
        definition: of.definition,
        operation: of.operation,
        class: 'critical',
        condition: { kind: 'signal', signalId: 'sg-01' },
        points: 1,
        newestAt: at,
        signalId: 'sg-01',
      },
      {
        chart: { planId: 'PMP-100', characteristicId: 'weight', chartId: 'weight', stationId: 'ST10' },
        revision: '1',
        kind: 'i-mr',
        title: weight,
        definition: of.definition,
        operation: of.operation,
        class: 'significant',
        condition: { kind: 'in-control' },
        points: 3,
        newestAt: at,
        signalId: null,
      },
    ],
  },
};
const setUps: SetUpView = { operations: [of.operation], newest: [] };

export const benchScene = {
  none,
  empty: { ...none, bench: true, upcoming: list.upcoming } as BenchView,
  alone: { ...none, bench: true, linked: null, upcoming: list.upcoming } as BenchView,
  list,
  cut: { ...list, linked: false, heardAt: Date.now() - 12 * 60_000 } as BenchView,
  open,
  first,
  suspect,
  finished,
  setUps,
};
