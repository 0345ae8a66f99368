/** Invented calls, a stack light and a shift to hand over, and the calls about them. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { AndonView, CallKindView, CallRow } from '#contract/rpc/andon.ts';
import type { HandoverState, HandoverView, ShiftDraft } from '#contract/rpc/handover.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { Shown } from './shown.ts';
import { text } from './view-parts.ts';

const minute = 60_000;
const now = Date.now();

const kinds: readonly CallKindView[] = [
  {
    id: 'material',
    title: text('Material', 'Material'),
    icon: 'material',
    role: 'line-lead',
    people: ['Jana Vogt'],
    openCallId: null,
  },
  {
    id: 'quality',
    title: text('Quality', 'Qualität'),
    icon: 'quality',
    role: 'quality-technician',
    people: ['Li Chen'],
    openCallId: null,
  },
  {
    id: 'maintenance',
    title: text('Maintenance', 'Instandhaltung'),
    icon: 'maintenance',
    role: 'controls-engineer',
    people: ['Ravi Nair'],
    openCallId: null,
  },
  {
    id: 'lead',
    title: text('Line lead', 'Linienführung'),
    icon: 'lead',
    role: 'line-lead',
    people: ['Jana Vogt'],
    openCallId: null,
  },
];

const call = (more: Partial<CallRow>): CallRow => ({
  callId: 'ca-01',
  kind: 'maintenance',
  title: text('Maintenance', 'Instandhaltung'),
  icon: 'maintenance',
  stationId: 'ST10',
  stationTitle: text('Press and measure', 'Einpressen und Messen'),
  here: true,
  raisedAt: now - 6 * minute - 12_000,
  by: 'Mara Keller',
  note: '',
  machineId: 'press-p1',
  serial: 'PMP100-2600417',
  orderId: 'WO-10452',
  called: [
    { level: 0, role: 'controls-engineer', at: now - 6 * minute - 12_000 },
    { level: 1, role: 'line-lead', at: now - minute - 12_000 },
  ],
  nextAt: now + 9 * minute,
  answered: null,
  closed: null,
  ticket: {
    at: now - 2 * minute,
    state: 'accepted',
    ticket: 'IH-20417',
    text: 'Guard switch, spare part is in the store',
  },
  ...more,
});

const answered = call({
  callId: 'ca-02',
  kind: 'material',
  title: text('Material', 'Material'),
  icon: 'material',
  stationId: 'ST20',
  stationTitle: text('Final check', 'Endprüfung'),
  here: false,
  raisedAt: now - 3 * minute,
  by: null,
  machineId: null,
  serial: null,
  orderId: null,
  called: [{ level: 0, role: 'line-lead', at: now - 3 * minute }],
  nextAt: null,
  answered: { at: now - 2 * minute, by: 'Jana Vogt', stationId: 'ST10', note: '' },
  ticket: null,
});

const past = call({
  callId: 'ca-00',
  raisedAt: now - 190 * minute,
  called: [{ level: 0, role: 'controls-engineer', at: now - 190 * minute }],
  nextAt: null,
  answered: { at: now - 187 * minute, by: 'Ravi Nair', stationId: 'ST10', note: '' },
  closed: {
    at: now - 171 * minute,
    by: 'Ravi Nair',
    stationId: 'ST10',
    outcome: 'helped',
    note: 'Guard switch adjusted',
  },
  ticket: null,
});

const quiet: AndonView = {
  revision: 1,
  kinds,
  calls: [],
  light: { lamps: { red: 'off', amber: 'off', green: 'on', blue: 'off', white: 'off' }, unknown: false },
  lampFaults: [],
};

const draft: ShiftDraft = {
  shift: '2026-11-26/early',
  title: text('Early shift', 'Frühschicht'),
  from: now - 460 * minute,
  to: now,
  endsAt: now + 20 * minute,
  open: [
    {
      kind: 'stop',
      id: 'st-9',
      title: text('Press P1: guard open', 'Presse P1: Schutz offen'),
      at: now - 41 * minute,
      count: 1,
    },
    { kind: 'call', id: 'ca-01', title: text('Maintenance', 'Instandhaltung'), at: now - 6 * minute, count: 1 },
    { kind: 'signal', id: 'sg-01', title: text('Bore B', 'Bohrung B'), at: now - 96 * minute, count: 1 },
    {
      kind: 'hold',
      id: 'PMP100-2600409',
      title: text('PMP100-2600409', 'PMP100-2600409'),
      at: now - 95 * minute,
      count: 1,
    },
    {
      kind: 'hold',
      id: 'PMP100-2600411',
      title: text('PMP100-2600411', 'PMP100-2600411'),
      at: now - 92 * minute,
      count: 1,
    },
    {
      kind: 'nonconformance',
      id: 'nc-07',
      title: text('Scratch on the seal face', 'Kratzer auf der Dichtfläche'),
      at: now - 88 * minute,
      count: 1,
    },
    {
      kind: 'gauge',
      id: 'G-114',
      title: text('Calliper 150 mm', 'Messschieber 150 mm'),
      at: now + 3 * 1_440 * minute,
      count: 1,
    },
    {
      kind: 'unit',
      id: 'PMP100-2600417',
      title: text('PMP100-2600417', 'PMP100-2600417'),
      at: now - 2 * minute,
      count: 1,
    },
    { kind: 'unsent', id: '', title: text('ST10', 'ST10'), at: now - 14 * minute, count: 212 },
  ],
  figures: { passed: 112, stopped: 3, nonconforming: 2, scrapped: 1, produced: 118, scrap: 4, oee: 0.713 },
};

const written: HandoverView = {
  ...draft,
  handoverId: 'ho-01',
  stationId: 'ST10',
  note: 'Hinge of the guard squeaks; spare part ordered.',
  writtenAt: now - 2 * minute,
  writtenBy: 'Mara Keller',
  taken: null,
};

export const andonScene = {
  quiet,
  called: {
    ...quiet,
    kinds: kinds.map((kind) => (kind.id === 'maintenance' ? { ...kind, openCallId: 'ca-01' } : kind)),
    calls: [call({}), answered],
    light: { lamps: { red: 'on', amber: 'off', green: 'off', blue: 'blink', white: 'off' }, unknown: false },
    lampFaults: [{ lamp: 'white', tagId: 'press.light-white', status: 'not-connected' }],
  } satisfies AndonView,
  none: { ...quiet, kinds: [] } satisfies AndonView,
  past: [past],
  shift: { revision: 1, draft, waiting: [] } satisfies HandoverState,
  waiting: { revision: 2, draft, waiting: [written] } satisfies HandoverState,
  handovers: [
    written,
    {
      ...written,
      handoverId: 'ho-00',
      shift: '2026-11-25/night',
      title: text('Night shift', 'Nachtschicht'),
      writtenBy: 'Sam Okafor',
      writtenAt: now - 461 * minute,
      taken: { at: now - 459 * minute, by: 'Mara Keller', note: '' },
      note: '',
    },
  ] satisfies HandoverView[],
};

type Act = (path: string) => (asked: { input: unknown }) => Promise<Outcome>;

export function scriptedAndon(state: Shown<AndonView>, act: Act, acts: { path: string; input: unknown }[]) {
  const os = implement(contract.andon);
  return os.router({
    watch: os.watch.handler(({ signal }) => state.watch(signal)),
    past: os.past.handler(() => ({ items: andonScene.past, next: null, total: andonScene.past.length })),
    raise: os.raise.handler(({ input }) => {
      acts.push({ path: 'andon.raise', input });
      return { ok: true, value: { callId: 'ca-01' } };
    }),
    answer: os.answer.handler(act('andon.answer')),
    close: os.close.handler(act('andon.close')),
  });
}

export function scriptedHandover(state: Shown<HandoverState>, act: Act, acts: { path: string; input: unknown }[]) {
  const os = implement(contract.handover);
  const { handovers } = andonScene;
  return os.router({
    watch: os.watch.handler(({ signal }) => state.watch(signal)),
    list: os.list.handler(() => ({ items: handovers, next: null, total: handovers.length })),
    get: os.get.handler(({ input }) => handovers.find(({ handoverId }) => handoverId === input.handoverId) ?? null),
    write: os.write.handler(({ input }) => {
      acts.push({ path: 'handover.write', input });
      return { ok: true, value: { handoverId: 'ho-01' } };
    }),
    take: os.take.handler(act('handover.take')),
  });
}
