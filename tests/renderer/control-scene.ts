/** Invented charts and signals for looking at the screens: a bore that drifts, a press in control, one that still collects. */
import type { ChartKind } from '#contract/config/control-plan.ts';
import type { Localized } from '#contract/config/text.ts';
import type { FiredRule } from '#contract/events/shared.ts';
import type {
  ChartRow,
  ChartView,
  PointView,
  SignalRow,
  SignalView,
  StoredRecord,
  SuspectCode,
} from '#contract/rpc/control.ts';

const at0 = Date.UTC(2026, 10, 25, 12, 0, 0);
const chartOf = (id: string) => ({ planId: 'PMP-100', characteristicId: id, chartId: id, stationId: 'ST10' });
const bore: Localized = { en: 'Bore B', de: 'Bohrung B' };
const serialOf = (n: number): string => `PMP100-2600${300 + n}`;
const row = (id: string, title: Localized, kind: ChartKind, more: Partial<ChartRow>): ChartRow => ({
  chart: chartOf(id),
  revision: '1',
  kind,
  title,
  definition: { id: 'PMP-100', title: { en: 'Coolant pump PMP-100', de: 'Kühlmittelpumpe PMP-100' } },
  operation: { id: '10', title: { en: 'Press and measure', de: 'Einpressen und Messen' } },
  class: 'significant',
  condition: { kind: 'in-control' },
  points: 64,
  newestAt: at0 + 64 * 225_000,
  ...more,
});

const charts: readonly ChartRow[] = [
  row('bore-b', bore, 'xbar-r', { class: 'critical', condition: { kind: 'signal', signalId: 'sg-01' } }),
  row('peak-force', { en: 'Peak force', de: 'Spitzenkraft' }, 'i-mr', {}),
  row('end-position', { en: 'End position', de: 'Endlage' }, 'i-mr', {
    condition: { kind: 'collecting', have: 13, need: 20 },
    points: 13,
  }),
  row('final-check', { en: 'Final check not passed at once', de: 'Endprüfung nicht auf Anhieb bestanden' }, 'p', {
    operation: { id: '20', title: { en: 'Final check and release', de: 'Endprüfung und Freigabe' } },
    points: 24,
  }),
];

/** Shares of unlike lots, each with limits of its own. */
const shares: readonly PointView[] = Array.from({ length: 24 }, (_, i): PointView => {
  const size = 20 + ((i * 13) % 4) * 10;
  const count = [0, 1, 2, 1, 0, 3, 1, 1][i % 8] ?? 0;
  const sigma = Math.sqrt((0.04 * 0.96) / size);
  return {
    pointId: `ps-${i}`,
    at: at0 + i * 1_800_000,
    values: Array.from({ length: Math.max(1, count) }, (_unused, n) => ({
      value: count > 0 ? 1 : 0,
      serial: serialOf(i * 3 + n),
      executionId: `y-${i}-${n}`,
      stepId: 'release-check',
      attempt: 1,
      index: 1,
    })),
    counted: { count, size, begunAt: at0 + (i - 1) * 1_800_000, endedAt: at0 + i * 1_800_000 },
    plots: [
      { plot: 'proportion', value: count / size, limits: { center: 0.04, lower: 0, upper: 0.04 + 3 * sigma, sigma } },
    ],
    phaseId: 'ph-2',
    excluded: false,
    replaced: false,
    suspect: null,
    notes: [],
  };
});

/** Its gauge failed the check after these points. */
const foundBad = {
  code: 'gauge.recalled',
  params: { gauge: 'G-114', sinceAt: at0 + 51.5 * 225_000, foundAt: at0 + 54.5 * 225_000 },
} as const;
/** A wave that is nothing special, then a drift upwards. */
const mean = (n: number): number => 24.004 + (n > 57 ? 0.002 * (n - 57) : 0.004 * Math.sin(n * 2.3));
const points: readonly PointView[] = Array.from({ length: 64 }, (_, i): PointView => {
  const n = i + 1;
  const judged = n > 20;
  const m = mean(n);
  const r = 0.006 + 0.003 * Math.cos(n * 1.7);
  return {
    pointId: `pt-${n}`,
    at: at0 + n * 225_000,
    values: [m - r / 2, m, m + r / 2].map((value, at) => ({
      value,
      serial: serialOf(n),
      executionId: `x-${n}`,
      stepId: 'measure-bore',
      attempt: 1,
      index: at + 1,
    })),
    plots: [
      {
        plot: 'mean',
        value: m,
        limits: judged ? { center: 24.004, lower: 23.9936, upper: 24.0144, sigma: 0.00347 } : null,
      },
      {
        plot: 'range',
        value: r,
        limits: judged ? { center: 0.006, lower: 0, upper: 0.0154, sigma: 0.0032 } : null,
      },
    ],
    counted: null,
    phaseId: judged ? 'ph-1' : null,
    excluded: n === 31,
    replaced: n === 44,
    suspect: n >= 52 && n <= 54 ? foundBad : null,
    notes:
      n === 31
        ? [{ kind: 'excluded', text: 'Calliper was dropped', at: at0 + n * 225_000, by: 'Li Chen' }]
        : n === 50
          ? [{ kind: 'note', text: 'New boring tool', at: at0 + n * 225_000, by: 'Jana Vogt' }]
          : [],
  };
});

const rules: readonly FiredRule[] = [
  {
    set: 'nelson',
    id: '1',
    kind: 'beyond',
    count: null,
    points: null,
    sigmas: 3,
    plot: 'mean',
    members: ['pt-64'],
  },
  {
    set: 'nelson',
    id: '3',
    kind: 'trend',
    count: null,
    points: 6,
    sigmas: null,
    plot: 'mean',
    members: points.slice(-6).map(({ pointId }) => pointId),
  },
];
const raisedAt = at0 + 64 * 225_000;

const signalRow: SignalRow = {
  signalId: 'sg-01',
  title: bore,
  stationId: 'ST10',
  operationId: '10',
  raisedAt,
  rules,
  suspects: 6,
  open: true,
};
const signal = (id: string): SignalView => {
  const closed = id !== 'sg-01';
  return {
    ...signalRow,
    signalId: id,
    open: !closed,
    chart: chartOf('bore-b'),
    here: true,
    operationTitle: { en: 'Press and measure', de: 'Einpressen und Messen' },
    unit: 'mm',
    decimals: 3,
    members: points.slice(-6),
    lastInControl: { at: points[57]?.at ?? at0, serials: [serialOf(58)] },
    units: points.slice(-6).map(({ values }, at) => ({
      serial: values[0]?.serial ?? '',
      status: at === 5 ? 'in-work' : 'held',
      stationId: at < 2 ? 'ST20' : 'ST10',
      hold: at === 5 ? 'coming' : closed && at < 3 ? 'lifted' : 'held',
    })),
    reaction: {
      title: { en: 'Bore B has moved', de: 'Bohrung B hat sich verändert' },
      steps: [
        {
          id: 'measure-again',
          title: {
            en: 'Measure the last unit again with another calliper',
            de: 'Letztes Teil mit anderem Messschieber nachmessen',
          },
          done: { at: raisedAt + 120_000, by: 'Sam Okafor' },
        },
        {
          id: 'check-tool',
          title: { en: 'Look at the boring tool for wear', de: 'Bohrwerkzeug auf Verschleiß prüfen' },
          done: closed ? { at: raisedAt + 240_000, by: 'Li Chen' } : null,
        },
        {
          id: 'tell-lead',
          title: { en: 'Tell the line lead', de: 'Linienführung benachrichtigen' },
          done: closed ? { at: raisedAt + 260_000, by: 'Li Chen' } : null,
        },
      ],
      causes: [
        { id: 'tool-worn', title: { en: 'Boring tool worn', de: 'Bohrwerkzeug verschlissen' } },
        { id: 'gauge-off', title: { en: 'Calliper measured wrongly', de: 'Messschieber hat falsch gemessen' } },
        { id: 'housing-lot', title: { en: 'Housings of another lot', de: 'Gehäuse einer anderen Charge' } },
      ],
    },
    closed: closed
      ? {
          at: raisedAt + 600_000,
          by: 'Li Chen',
          cause: { en: 'Boring tool worn', de: 'Bohrwerkzeug verschlissen' },
          note: '',
        }
      : null,
  };
};

const codes: readonly SuspectCode[] = points.slice(-6).map(({ values }) => ({
  serial: values[0]?.serial ?? '',
  dataMatrix: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v2h-1z"/></svg>',
}));

/** As long as real ones. */
const records: readonly StoredRecord[] = ['measurement.recorded', 'point.charted'].map((type, index) => ({
  stationId: 'ST10',
  epoch: '5f3a9c01d2e4b867',
  seq: 48_211 + index,
  at: raisedAt,
  type,
  by: index === 0 ? 'Mara Lind' : 'ST10',
  config: 'c0ffee12'.repeat(8),
  hash: 'ab12cd34'.repeat(8),
  intact: true,
  text: JSON.stringify({
    type,
    version: 2,
    stationId: 'ST10',
    epoch: '5f3a9c01d2e4b867',
    seq: 48_211 + index,
    at: raisedAt,
    bootId: 'b-7f21',
    monoMs: 81_300.5,
    actor: { kind: 'person', id: 'mara.lind' },
    commandId: 'cmd-0025',
    config: 'c0ffee12'.repeat(8),
    body: { executionId: 'x-64', stepId: 'measure-bore', attempt: 1, characteristicId: 'bore-b', index: 1 },
  }),
}));

export const controlScene = {
  charts,
  records,
  chart(key: ChartRow['chart']): ChartView | null {
    const of = charts.find(({ chart }) => chart.chartId === key.chartId);
    if (of === undefined) return null;
    const collecting = of.condition.kind === 'collecting';
    if (of.kind === 'p')
      return {
        ...of,
        unit: '1',
        decimals: 0,
        lower: null,
        upper: null,
        nominal: null,
        rules: { set: 'nelson', use: [1, 2], runs: {} },
        averaging: null,
        shown: shares,
        more: false,
        phases: [
          {
            phaseId: 'ph-2',
            at: at0,
            by: 'ST10',
            cause: 'given',
            reason: '',
            mean: 0.04,
            sigma: 0.196,
            size: 20,
            from: 0,
          },
        ],
        signals: [],
      };
    return {
      ...of,
      unit: 'mm',
      decimals: 3,
      lower: 23.98,
      upper: 24.03,
      nominal: 24,
      rules: { set: 'nelson', use: [1, 2, 3, 5, 6], runs: {} },
      averaging: null,
      shown: collecting ? points.slice(0, 13) : points,
      more: false,
      phases: collecting
        ? []
        : [
            {
              phaseId: 'ph-1',
              at: at0 + 20 * 225_000,
              by: 'ST10',
              cause: 'minimum',
              reason: '',
              mean: 24.004,
              sigma: 0.006,
              size: 3,
              from: 20,
            },
          ],
      signals:
        of.condition.kind === 'signal'
          ? [{ signalId: 'sg-01', pointId: 'pt-64', at: raisedAt, rules, closedAt: null }]
          : [],
    };
  },
  signals: [
    signalRow,
    {
      ...signalRow,
      signalId: 'sg-00',
      open: false,
      raisedAt: raisedAt - 86_400_000,
      suspects: 3,
      rules: rules.slice(0, 1),
    },
  ] as readonly SignalRow[],
  signal,
  codes,
};
