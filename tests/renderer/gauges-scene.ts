/** Invented gauges for looking at their screens without a station. Never part of the product. */
import type { CheckView, GaugeRow, GaugeView, RecallView } from '#contract/rpc/gauges.ts';
import { text } from './view-parts.ts';

const day = 86_400_000;
const at = Date.UTC(2026, 10, 25, 9, 40);

const row = (gaugeId: string, more: Partial<GaugeRow> = {}): GaugeRow => ({
  gaugeId,
  title: text('Digital calliper 150 mm', 'Digitaler Messschieber 150 mm'),
  type: 'calliper',
  unit: 'mm',
  decimals: 3,
  standing: 'ready',
  dueAt: at + 212 * day,
  dueDays: 212,
  check: {
    at: at - 3_600_000,
    by: 'Mara Keller',
    stationId: 'ST10',
    result: 'passed',
    deviation: 0.004,
    tolerance: 0.02,
    unit: 'mm',
    inShift: true,
  },
  checkAsked: true,
  here: true,
  openRecalls: 0,
  ...more,
});

const unit = (serial: string, hold: RecallView['units'][number]['hold'], more = {}) => ({
  serial,
  status: hold === 'held' ? ('held' as const) : ('waiting' as const),
  stationId: 'ST20',
  hold,
  ...more,
});
const failedCheck = {
  at,
  by: 'Li Chen',
  stationId: 'QB10',
  result: 'failed',
  deviation: -0.031,
  tolerance: 0.02,
  unit: 'mm',
  inShift: true,
} as const;

const rows: readonly GaugeRow[] = [
  row('G-114', { standing: 'check-failed', check: failedCheck, openRecalls: 1 }),
  row('G-120', {
    title: text('Bore gauge with dial', 'Innenmessgerät mit Messuhr'),
    standing: 'check-missing',
    check: null,
  }),
  row('G-090', {
    title: text('Calliper 200 mm (old)', 'Messschieber 200 mm (alt)'),
    standing: 'overdue',
    dueAt: at - 239 * day,
    dueDays: -239,
    check: null,
    checkAsked: false,
  }),
  row('G-131', { standing: 'due-soon', dueDays: 9, dueAt: at + 9 * day }),
  row('G-115', { here: false, title: text('Digital calliper of the bench', 'Digitaler Messschieber am Prüfplatz') }),
  row('G-201', {
    here: false,
    title: text('Balance 4 kg', 'Waage 4 kg'),
    type: 'balance',
    unit: 'g',
    decimals: 2,
    standing: 'condemned',
    check: null,
  }),
];

function view(gaugeId: string): GaugeView | null {
  const found = rows.find((each) => each.gaugeId === gaugeId);
  if (found === undefined) return null;
  const bad = gaugeId === 'G-114';
  return {
    ...found,
    resolution: 0.001,
    uncertainty: { expanded: 0.004, k: 2 },
    device:
      gaugeId === 'G-120' ? null : { id: 'calliper', title: text('Calliper', 'Messschieber'), serialNumber: null },
    serialNumber: null,
    calibrationDays: 365,
    calibration: {
      on: '2026-06-25',
      result: 'passed',
      due: '2027-06-25',
      certificate: 'DKD-2026-0614',
      asFound: 0.004,
      note: '',
      recorded: { at: at - 150 * day, by: 'Nora Feld', stationId: 'QB10' },
    },
    use: null,
    masters: [
      {
        id: 'M-24',
        title: text('Setting ring 24 mm', 'Einstellring 24 mm'),
        value: 24.003,
        tolerance: 0.02,
        readings: 3,
      },
    ],
    recalls: bad
      ? [
          {
            recallId: 'c-1',
            kind: 'check',
            stationId: 'QB10',
            since: at - 6 * 3_600_000,
            foundAt: at,
            until: null,
            inForce: null,
            units: [
              unit('PMP100-2600417', 'none'),
              unit('PMP100-2600418', 'none'),
              unit('PMP100-2600419', 'held'),
              unit('PMP100-2600420', 'coming', { stationId: 'ST10' }),
              unit('PMP100-2600412', 'none', { status: null, stationId: null }),
            ],
          },
        ]
      : [],
    today: '2026-11-25',
    proposedDue: '2027-11-25',
  };
}

const check: CheckView = {
  gaugeId: 'G-120',
  title: text('Bore gauge with dial', 'Innenmessgerät mit Messuhr'),
  master: {
    id: 'M-24',
    title: text('Setting ring 24 mm', 'Einstellring 24 mm'),
    value: 24.003,
    tolerance: 0.02,
    unit: 'mm',
  },
  decimals: 3,
  needed: 3,
  readings: [
    { value: 24.006, deviation: 0.003, ok: true },
    { value: 24.034, deviation: 0.031, ok: false },
  ],
  how: 'pushed',
  tagId: 'calliper.value',
  refused: [{ code: 'value.wrong-unit', params: { unit: '[in_i]', expected: 'mm' } }],
};

export const gaugesScene = { rows, view, check };
