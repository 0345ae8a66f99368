/** An invented shift of a press for looking at the screens. */
import type {
  CountView,
  DoubtView,
  LineRoot,
  MachineNow,
  MachinesState,
  SliceView,
  WaitsHere,
} from '#contract/rpc/machines.ts';
import type { MachineState } from '#contract/machine-state.ts';

const minute = 60_000;
const shiftFrom = Math.floor((Date.now() - 5 * 60 * minute) / minute) * minute;
const context = { orderId: 'WO-10452', definitionId: 'PMP-100', operationId: '10' };

const told: readonly (readonly [from: number, state: MachineState, told: string | null, alarm: string | null])[] = [
  [-12, 'off', null, null],
  [4, 'setup', 'Idle', null],
  [21, 'producing', 'Execute', null],
  [74, 'starved', 'Suspended', null],
  [77, 'producing', 'Execute', null],
  [131, 'fault', 'Aborted', 'E217 Guard door opened while the ram was moving'],
  [149, 'producing', 'Execute', null],
  [196, 'no-data', null, null],
  [209, 'producing', 'Execute', null],
  [252, 'blocked', 'Suspended', null],
  [259, 'producing', 'Execute', null],
  [281, 'held', 'Held', null],
  [286, 'producing', 'Execute', null],
];
const slices: readonly SliceView[] = told.map(([from, state, said, alarm], index) => ({
  beganAt: shiftFrom + from * minute,
  endAt: told[index + 1] === undefined ? null : shiftFrom + told[index + 1]![0] * minute,
  state,
  told: said,
  alarm,
  context,
  restated: from === 209 ? 'late-values' : null,
}));
const counts: readonly CountView[] = slices
  .filter(({ state }) => state === 'producing')
  .flatMap(({ beganAt, endAt }) => {
    const minutes = Math.floor(((endAt ?? Date.now()) - beganAt) / minute);
    return Array.from({ length: minutes }, (_, n) => ({
      from: beganAt + n * minute,
      to: beganAt + (n + 1) * minute,
      kind: 'counted' as const,
      produced: n % 5 === 4 ? 2 : 3,
      good: null,
      scrap: n % 19 === 18 ? 1 : 0,
      cyclesMs: [19_200, 20_100],
      context,
    }));
  });
const doubts: readonly DoubtView[] = [
  {
    doubtId: 'd1',
    machineId: 'press-p1',
    kind: 'counter-reset',
    tagId: 'press.cycle-count',
    tagTitle: { en: 'Cycle count', de: 'Zykluszähler' },
    from: shiftFrom + 131 * minute,
    to: shiftFrom + 149 * minute,
    before: 48_211,
    now: 2,
    counted: 2,
    at: shiftFrom + 149 * minute,
    seen: null,
  },
  {
    doubtId: 'd2',
    machineId: 'press-p1',
    kind: 'time-wrong',
    tagId: 'press.state',
    tagTitle: { en: 'State', de: 'Zustand' },
    from: Date.UTC(2000, 0, 1),
    to: shiftFrom + 21 * minute,
    before: null,
    now: '2000-01-01T00:00:00.000Z',
    counted: null,
    at: shiftFrom + 21 * minute,
    seen: { at: shiftFrom + 30 * minute, by: 'Jana Vogt', note: 'Clock of the PLC was reset' },
  },
];

const press: Omit<MachineNow, 'waitsFor'> = {
  id: 'press-p1',
  title: { en: 'Press P1', de: 'Presse P1' },
  byHand: false,
  slice: slices.at(-1)!,
  since: slices.at(-1)!.beganAt,
  hour: { from: Math.floor(Date.now() / 3_600_000) * 3_600_000, pieces: { produced: 131, good: null, scrap: 2 } },
  shift: {
    id: 'early',
    title: { en: 'Early shift', de: 'Frühschicht' },
    from: shiftFrom,
    to: shiftFrom + 8 * 60 * minute,
    pieces: { produced: 604, good: null, scrap: 9 },
  },
  rate: { cycleMs: 18_000, revision: '1' },
  doubts: 1,
};

export const rootOfLine: LineRoot = {
  machineId: 'press-p1',
  title: press.title,
  stationId: 'ST10',
  state: 'fault',
  alarm: 'E17 Ram not at top',
  from: Date.now() - 4 * minute,
  to: null,
  over: false,
  stop: {
    stopId: 'stop-open',
    reasons: [
      {
        id: 'housing-missing',
        title: { en: 'Housings missing', de: 'Gehäuse fehlen' },
        category: 'delay',
        loss: 'breakdown',
      },
    ],
  },
};
const ofPlant = { stationId: 'ST10', lineId: 'L1', heardAt: Date.now(), linked: true };
/** Nothing comes from the machine before it. */
const waiting = (id: string, title: MachineNow['title']): Omit<MachineNow, 'waitsFor'> => ({
  ...press,
  id,
  title,
  slice: {
    ...slices.at(-1)!,
    state: 'starved',
    told: null,
    alarm: null,
    beganAt: Date.now() - minute,
  },
  since: Date.now() - 3 * minute,
  doubts: 0,
});

const touching =
  <T>(list: readonly T[], from: (one: T) => number, to: (one: T) => number) =>
  (window: { readonly from: number; readonly to: number }): readonly T[] =>
    list.filter((one) => from(one) < window.to && to(one) > window.from);

/** Nothing comes from the washer before it. */
const waits: WaitsHere = {
  state: 'starved',
  from: Date.now() - 3 * minute,
  root: {
    ...rootOfLine,
    machineId: 'washer-w1',
    title: { en: 'Washer W1', de: 'Waschanlage W1' },
    stationId: 'ST05',
    from: Date.now() - 4 * minute - 10_000,
  },
  unknown: null,
};

export const machinesScene = {
  waits,
  waiting: (waitsFor: WaitsHere, revision: number): MachinesState => ({
    revision,
    machines: [{ ...waiting('press-p1', press.title), waitsFor }],
  }),
  state: { revision: 1, machines: [{ ...press, waitsFor: null }] },
  /** Broken down for four minutes; an order came into work a minute ago. */
  broken: (revision: number): MachinesState => ({
    revision,
    machines: [
      {
        ...press,
        slice: { ...slices.find(({ state }) => state === 'fault')!, beganAt: Date.now() - minute, endAt: null },
        since: Date.now() - 4 * minute - 10_000,
        waitsFor: null,
      },
    ],
  }),
  byHand: (revision: number): MachinesState => ({
    revision,
    machines: [{ ...press, byHand: true, waitsFor: null }],
  }),
  slices: touching(
    slices,
    ({ beganAt }) => beganAt,
    ({ endAt }) => endAt ?? Infinity,
  ),
  counts: touching(
    counts,
    ({ from }) => from,
    ({ to }) => to,
  ),
  doubts,
  plant: [
    { ...press, ...ofPlant, waitsFor: null },
    {
      ...waiting('leak-p2', { en: 'Leak tester P2', de: 'Dichtprüfer P2' }),
      ...ofPlant,
      waitsFor: {
        state: 'starved' as const,
        from: Date.now() - 3 * minute,
        root: rootOfLine,
      },
    },
    {
      ...waiting('pack-p3', { en: 'Packer P3', de: 'Packer P3' }),
      ...ofPlant,
      waitsFor: { state: 'starved' as const, from: Date.now() - 3 * minute, root: null },
    },
  ],
};
