/** Invented stops of a press for looking at the screens. */
import type { LineRoot, WaitsHere } from '#contract/rpc/machines.ts';
import type {
  ChangeoverView,
  MicroStops,
  OfferedReason,
  ReasonNode,
  StopHistoryEntry,
  StopMachine,
  StopReasonView,
  StopRow,
  StopView,
} from '#contract/rpc/stops.ts';

const minute = 60_000;
const now = Math.floor(Date.now() / minute) * minute;
const ago = (minutes: number): number => now - minutes * minute;
const machine = { machineId: 'press-p1', machineTitle: { en: 'Press P1', de: 'Presse P1' } };
const product = { en: 'Coolant pump PMP-100', de: 'Kühlmittelpumpe PMP-100' };

const node = (
  id: string,
  parent: string | null,
  en: string,
  de: string,
  icon: ReasonNode['icon'],
  more: Partial<ReasonNode> = {},
): ReasonNode => ({ id, parent, title: { en, de }, icon, leaf: parent !== null, fits: true, note: false, ...more });
const tree: readonly ReasonNode[] = [
  node('machine', null, 'Machine', 'Maschine', 'repair'),
  node('guard', 'machine', 'Guard door opened', 'Schutztür geöffnet', 'repair'),
  node('ram', 'machine', 'Ram does not reach its position', 'Stößel erreicht seine Position nicht', 'repair'),
  node('part-jammed', 'machine', 'Part jammed in the fixture', 'Teil in der Vorrichtung verklemmt', 'repair'),
  node('sensor', 'machine', 'Sensor dirty or failed', 'Sensor verschmutzt oder ausgefallen', 'repair'),
  node('material', null, 'Material', 'Material', 'material'),
  node('housing-missing', 'material', 'Housings missing', 'Gehäuse fehlen', 'material'),
  node('impeller-missing', 'material', 'Impellers missing', 'Laufräder fehlen', 'material'),
  node('people', null, 'People', 'Personal', 'people'),
  node('no-operator', 'people', 'No operator', 'Kein Bediener', 'people'),
  node('quality', null, 'Quality', 'Qualität', 'quality'),
  node('sorting', 'quality', 'Sorting or waiting for release', 'Sortieren oder Warten auf Freigabe', 'quality', {
    note: true,
  }),
  node('planned', null, 'Planned', 'Geplant', 'break'),
  node('cleaning', 'planned', 'Cleaning', 'Reinigung', 'cleaning', { fits: false }),
  node('tool-change', 'planned', 'Tool change', 'Werkzeugwechsel', 'tool', { fits: false }),
];
const offer = (id: string, count: number, same: number): OfferedReason => {
  const { title, icon, note } = tree.find((each) => each.id === id)!;
  return { id, title, icon, note, count, same };
};
const offered = [
  offer('guard', 14, 11),
  offer('part-jammed', 9, 2),
  offer('housing-missing', 6, 0),
  offer('ram', 3, 1),
  offer('sensor', 0, 0),
];
const reason = (id: string, category: StopReasonView['category'] = 'delay'): StopReasonView => ({
  id,
  title: tree.find((each) => each.id === id)!.title,
  category,
  loss: category === 'delay' ? 'breakdown' : null,
});

const open: StopRow = {
  stopId: 'stop-open',
  ...machine,
  from: ago(6),
  to: null,
  state: 'fault',
  alarm: 'E217 Guard door opened while the ram was moving',
  product,
  orderId: 'WO-10452',
  parts: 1,
  unexplained: 1,
  reasons: [],
};
const long: StopRow = {
  ...open,
  stopId: 'stop-long',
  from: ago(152),
  to: ago(98),
  parts: 3,
  unexplained: 1,
  reasons: [reason('part-jammed'), reason('cleaning', 'planned')],
};
const rows: readonly StopRow[] = [
  open,
  long,
  {
    ...open,
    stopId: 'stop-3',
    from: ago(215),
    to: ago(208),
    state: 'starved',
    alarm: null,
    unexplained: 0,
    reasons: [reason('housing-missing')],
  },
  {
    ...open,
    stopId: 'stop-4',
    from: ago(390),
    to: ago(384),
    state: 'held',
    alarm: null,
    unexplained: 0,
    reasons: [reason('no-operator')],
  },
];

const may = { classify: true, edit: true };
const shift = (key: string, en: string, de: string) => ({ key, title: { en, de } });
const early = shift('2026-11-26/early', 'Early shift', 'Frühschicht');
const late = shift('2026-11-26/late', 'Late shift', 'Spätschicht');
const history: readonly StopHistoryEntry[] = [
  { kind: 'opened', at: ago(150), by: 'ST10' },
  {
    kind: 'classified',
    at: ago(140),
    by: 'Mara Keller',
    from: ago(152),
    reason: reason('guard'),
    before: null,
    note: '',
    offered: 1,
  },
  { kind: 'ended', at: ago(98), by: 'ST10', to: ago(98) },
  { kind: 'split', at: ago(40), by: 'Jana Vogt', edge: ago(130) },
  { kind: 'split', at: ago(39), by: 'Jana Vogt', edge: ago(110) },
  {
    kind: 'classified',
    at: ago(38),
    by: 'Jana Vogt',
    from: ago(152),
    reason: reason('part-jammed'),
    before: reason('guard'),
    note: 'Housing sat askew, ram guide checked',
    offered: null,
  },
  { kind: 'edge-moved', at: ago(37), by: 'Jana Vogt', was: ago(130), edge: ago(128) },
  {
    kind: 'classified',
    at: ago(36),
    by: 'Jana Vogt',
    from: ago(128),
    reason: reason('cleaning', 'planned'),
    before: reason('guard'),
    note: '',
    offered: null,
  },
  { kind: 'noted', at: ago(35), by: 'Jana Vogt', note: 'Fixture goes to the tool shop tonight', photo: null },
];
/** Housings came late: the washer before the press stood. */
const washer: LineRoot = {
  machineId: 'washer-w1',
  title: { en: 'Washer W1', de: 'Waschanlage W1' },
  stationId: 'ST05',
  state: 'fault',
  alarm: 'E3 Pump',
  from: ago(218),
  to: ago(209),
  over: false,
  stop: { stopId: 'stop-long', reasons: [reason('housing-missing')] },
};
const waitsFor = ({ state, from }: StopRow): WaitsHere | null =>
  state === 'starved' ? { state, from, root: washer, unknown: null } : null;

const view = (row: StopRow): StopView => ({
  ...row,
  revision: 3,
  withdrawn: null,
  offered,
  tree,
  partViews: [
    {
      partId: row.stopId,
      from: row.from,
      to: row.to,
      reason: row.reasons[0] ?? null,
      note: '',
      by: row.reasons[0] === undefined ? null : 'Mara Keller',
      at: row.reasons[0] === undefined ? null : row.from,
      may: true,
      pieces: [{ from: row.from, to: row.to, shift: early }],
    },
  ],
  slices: [{ from: row.from, to: row.to, state: row.state, told: 'Aborted', alarm: row.alarm }],
  planned: [],
  history: [{ kind: 'opened', at: row.from + 2 * minute, by: 'ST10' }],
  may,
  waitsFor: waitsFor(row),
});
const longView: StopView = {
  ...view(long),
  partViews: [
    {
      partId: 'a',
      from: ago(152),
      to: ago(128),
      reason: reason('part-jammed'),
      note: 'Housing sat askew, ram guide checked',
      by: 'Jana Vogt',
      at: ago(38),
      may: true,
      pieces: [{ from: ago(152), to: ago(128), shift: early }],
    },
    {
      partId: 'b',
      from: ago(128),
      to: ago(110),
      reason: reason('cleaning', 'planned'),
      note: '',
      by: 'Jana Vogt',
      at: ago(36),
      may: true,
      pieces: [
        { from: ago(128), to: ago(120), shift: early },
        { from: ago(120), to: ago(110), shift: late },
      ],
    },
    {
      partId: 'c',
      from: ago(110),
      to: ago(98),
      reason: null,
      note: '',
      by: null,
      at: null,
      may: true,
      pieces: [{ from: ago(110), to: ago(98), shift: late }],
    },
  ],
  slices: [
    { from: ago(152), to: ago(131), state: 'fault', told: 'Aborted', alarm: long.alarm },
    { from: ago(131), to: ago(104), state: 'held', told: 'Held', alarm: null },
    { from: ago(104), to: ago(98), state: 'waiting', told: 'Idle', alarm: 'E031 Housing not in place' },
  ],
  planned: [{ from: ago(126), to: ago(116), kind: 'break', title: { en: 'Coffee break', de: 'Kaffeepause' } }],
  history,
};

const hour = (hours: number): number => Math.floor(now / (60 * minute) - hours) * 60 * minute;
const micro: readonly MicroStops[] = [
  { ...machine, hourAt: hour(0), count: 7, ms: 214_000, alarms: [{ text: 'E031 Housing not in place', count: 5 }] },
  { ...machine, hourAt: hour(1), count: 3, ms: 88_000, alarms: [] },
  { ...machine, hourAt: hour(4), count: 1, ms: 41_000, alarms: [{ text: 'E217 Guard door opened', count: 1 }] },
];
const changeovers: readonly ChangeoverView[] = [
  {
    ...machine,
    from: ago(260),
    to: ago(239),
    internalMs: 21 * minute,
    externalMs: 35 * minute,
    fromProduct: { en: 'Coolant pump PMP-80', de: 'Kühlmittelpumpe PMP-80' },
    toProduct: product,
  },
];
const machines: readonly StopMachine[] = [
  {
    machineId: machine.machineId,
    title: machine.machineTitle,
    preparing: { since: ago(12), by: 'Mara Keller', product: null },
  },
];

export const stopsScene = {
  watch: {
    revision: 1,
    unexplained: 2,
    ask: { stopId: open.stopId, machineTitle: machine.machineTitle, from: open.from, to: null, now: true },
  },
  rows,
  view: (stopId: string): StopView | null => {
    const row = rows.find((each) => each.stopId === stopId);
    return row === undefined ? null : row === long ? longView : view(row);
  },
  /** Of the plant view. */
  plantMachines: [
    { machineId: 'press-p1', title: machine.machineTitle, lineId: 'L1' },
    { machineId: 'press-p2', title: { en: 'Press P2', de: 'Presse P2' }, lineId: 'L2' },
  ],
  micro,
  changeovers,
  machines,
  /** What somebody else said meanwhile. */
  conflict: {
    command: 'stop.classify',
    at: now,
    reasons: [
      {
        code: 'stop.classified-meanwhile' as const,
        params: { by: 'Jana Vogt', changedAt: ago(1), reasonText: reason('part-jammed').title, fromAt: ago(6) },
      },
    ],
    met: [],
    next: [],
  },
};
