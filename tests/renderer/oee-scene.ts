/** The invented shift of machines-scene as the OEE of it: laid over an invented calendar by the very functions of the product. */
import { shiftSchema } from '#contract/config/plant.ts';
import type { MadeUnit, OeeView, RhythmView, ShiftRow, UnitsView } from '#contract/rpc/oee.ts';
import { calendarSpans, clockHours, type CalendarPlan } from '#domain/oee/calendar.ts';
import { timeModel, type StopPart } from '#domain/oee/time-model.ts';
import { machinesScene } from './machines-scene.ts';

const minute = 60_000;
const machine = machinesScene.state.machines[0]!;
const from = machine.shift!.from;
const now = Math.floor(Date.now() / 1_000) * 1_000;
const endsAt = machine.shift!.to;
const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
const plan: CalendarPlan = {
  timeZone: 'UTC',
  holidays: [],
  planned: [],
  shifts: [
    shiftSchema.parse({
      id: 'early',
      title: machine.shift!.title,
      from: clock(from),
      to: clock(endsAt),
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      breaks: [
        { from: clock(from + 180 * minute), to: clock(from + 195 * minute) },
        { from: clock(from + 360 * minute), to: clock(from + 390 * minute) },
      ],
    }),
  ],
};
const place = { machineId: machine.id, lineId: 'L1' };
const rate = { cycleMs: 18_000, taktMs: 20_000, revision: '1' };
const slices = machinesScene.slices({ from: 0, to: Infinity }).map((slice) => ({ ...slice, machineId: machine.id }));
const counts = machinesScene.counts({ from, to: now }).map((count) => ({ ...count, machineId: machine.id }));
const part = (
  partId: string,
  a: number,
  b: number,
  reason: NonNullable<StopPart['reason']> | null,
  by: string | null,
): StopPart => ({
  stopId: 'st-1',
  partId,
  from: from + a * minute,
  to: from + b * minute,
  reason,
  by,
  at: by === null ? null : from + (b + 4) * minute,
});
const guard = {
  id: 'guard',
  title: { en: 'Guard or interlock', de: 'Schutztür oder Verriegelung' },
  category: 'down',
  loss: 'breakdown',
} as const;
const mechanic = {
  id: 'no-mechanic',
  title: { en: 'Waiting for maintenance', de: 'Warten auf Instandhaltung' },
  category: 'delay',
  loss: null,
} as const;
const parts = [
  part('p-1', 131, 139, guard, 'Mara Keller'),
  part('p-2', 139, 149, mechanic, 'Jana Vogt'),
  part('p-3', 252, 259, null, null),
];

/** Each counted piece is a unit, all but three of them; some were reworked, scrapped, or wait. */
const made: readonly MadeUnit[] = counts
  .flatMap(({ to, produced }) => Array.from({ length: produced }, (_, n) => to - (produced - n - 1) * 18_000))
  .slice(3)
  .map((at, n): MadeUnit => {
    const fate = n % 53 === 50 ? 'scrap' : n % 41 === 40 ? 'rework' : n % 97 === 90 ? 'waiting' : 'good';
    return {
      serial: `PMP100-26${String(n + 300).padStart(5, '0')}`,
      executionId: `x-${n}`,
      operationId: '10',
      definitionId: 'PMP-100',
      at,
      fate,
      toldAt: fate === 'good' ? at : Math.min(now, at + 25 * minute),
      first: n % 59 !== 58,
      firstPassed: fate === 'good' && n % 59 !== 58,
      scrappedElsewhere: n % 71 === 70 && fate === 'good',
    };
  });

const view: OeeView = {
  machineId: machine.id,
  title: machine.title,
  from,
  to: now,
  endsAt,
  timeZone: 'UTC',
  shift: { key: '2026-11-25/early', title: machine.shift!.title },
  spans: timeModel({
    machineId: machine.id,
    from,
    to: now,
    calendar: calendarSpans(from - 60 * minute, endsAt, plan, place),
    slices,
    parts,
    counts,
    units: made,
    counter: 'judged',
    rateOf: () => rate,
    microUnderMs: 240_000,
    cuts: clockHours(from, now, plan.timeZone),
  }),
  counts,
  ahead: calendarSpans(now, endsAt, plan, place),
  rate,
  lastPieceAt: now - 14_000,
  costPerHour: { amount: 90, currency: 'EUR' },
  restatedAt: null,
  planned: [],
};

const points = counts.flatMap(({ to, context }, n) =>
  [0, 1].map((each) => {
    const slow = n % 57 === 56 && each === 1;
    return {
      at: to - (1 - each) * 20_000,
      ms: slow ? 41_300 : 18_400 + ((n * 7 + each * 13) % 17) * 130,
      definitionId: context.definitionId,
      orderId: context.orderId,
      serials: [`PMP100-26${String(400 + Math.floor(n / 3)).padStart(5, '0')}`],
    };
  }),
);
const rhythm: RhythmView = { points, more: 0 };
const shifts: readonly ShiftRow[] = [
  { key: '2026-11-25/early', title: machine.shift!.title, from, to: endsAt },
  { key: '2026-11-24/night', title: { en: 'Night shift', de: 'Nachtschicht' }, from: from - 480 * minute, to: from },
  {
    key: '2026-11-24/late',
    title: { en: 'Late shift', de: 'Spätschicht' },
    from: from - 960 * minute,
    to: from - 480 * minute,
  },
];

/** A past shift: the same, over and told anew since. */
const past: OeeView = { ...view, to: now, endsAt: now, ahead: [], restatedAt: now - 20 * minute };

const units: UnitsView = { units: made, more: 0 };

export const oeeScene = { view, past, rhythm, shifts, units };
