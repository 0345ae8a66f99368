/** A shift calculated by hand, and a kit to lay others. For tests. */
import { plannedStopSchema } from '#contract/config/calendar.ts';
import { shiftSchema } from '#contract/config/plant.ts';
import type { SliceContext } from '#contract/events/shared.ts';
import type { BigLoss, MachineState, ReasonCategory } from '#contract/machine-state.ts';
import type { RateView } from '#contract/rpc/oee.ts';
import type { Count } from '#domain/machines/counted.ts';
import type { Slice } from '#domain/machines/series.ts';
import { calendarSpans, type CalendarPlan } from './calendar.ts';
import type { StopPart, TimeModelInput } from './time-model.ts';

const title = { en: 'x', de: 'x' };
export const place = { machineId: 'press-p1', lineId: 'L1' };
export const rate: RateView = { cycleMs: 30_000, taktMs: 40_000, revision: '3' };
export const order: SliceContext = { orderId: 'WO-1', definitionId: 'PMP-100', operationId: 'press' };
export const noOrder: SliceContext = { orderId: null, definitionId: null, operationId: null };

/** Berlin, UTC+1 that day: `07:20` of 2026-11-25 as UTC ms. */
export const at = (time: string): number => Date.parse(`2026-11-25T${time}:00+01:00`);

export const plan: CalendarPlan = {
  timeZone: 'Europe/Berlin',
  holidays: [],
  shifts: [
    shiftSchema.parse({
      id: 'early',
      title,
      from: '06:00',
      to: '14:00',
      breaks: [
        { from: '09:00', to: '09:15' },
        { from: '12:00', to: '12:30' },
      ],
    }),
  ],
  planned: [
    plannedStopSchema.parse({
      id: 'pm',
      title,
      machine: 'press-p1',
      kind: 'maintenance',
      from: '2026-11-25T13:30:00+01:00',
      to: '2026-11-25T14:00:00+01:00',
    }),
  ],
};

export const slice = (
  beganAt: number,
  endAt: number | null,
  state: MachineState,
  context: SliceContext = order,
): Slice => ({ machineId: 'press-p1', beganAt, endAt, state, told: null, alarm: null, context, restated: null });

export const part = (
  partId: string,
  from: number,
  to: number | null,
  reason: readonly [id: string, ReasonCategory, BigLoss | null] | null,
): StopPart => ({
  stopId: 'stop-1',
  partId,
  from,
  to,
  reason: reason === null ? null : { id: reason[0], title, category: reason[1], loss: reason[2] },
  by: reason === null ? null : 'Mara Keller',
  at: reason === null ? null : from + 60_000,
});

export const count = (from: number, to: number, produced: number, scrap: number, more: Partial<Count> = {}): Count => ({
  machineId: 'press-p1',
  from,
  to,
  kind: 'counted',
  produced,
  good: null,
  scrap,
  cyclesMs: [],
  context: order,
  ...more,
});

/** The early shift of 2026-11-25; the table stands at the test. */
export const handShift: TimeModelInput = {
  machineId: 'press-p1',
  from: at('06:00'),
  to: at('14:00'),
  calendar: calendarSpans(at('05:50'), at('14:00'), plan, place),
  slices: [
    slice(at('05:50'), at('07:00'), 'producing'),
    slice(at('07:00'), at('07:20'), 'setup'),
    slice(at('07:20'), at('09:00'), 'producing'),
    slice(at('09:00'), at('09:20'), 'waiting'),
    slice(at('09:20'), at('10:40'), 'producing'),
    slice(at('10:40'), at('11:05'), 'fault'),
    slice(at('11:05'), at('11:30'), 'producing'),
    slice(at('11:30'), at('11:31'), 'waiting'),
    slice(at('11:31'), at('12:10'), 'producing'),
    slice(at('12:10'), at('12:30'), 'held'),
    slice(at('12:30'), at('12:50'), 'no-data', noOrder),
    slice(at('12:50'), at('13:10'), 'starved'),
    slice(at('13:10'), at('13:40'), 'producing'),
    slice(at('13:40'), null, 'off', noOrder),
  ],
  parts: [
    part('a', at('10:40'), at('10:50'), ['mechanical', 'down', 'breakdown']),
    part('b', at('10:50'), at('11:05'), ['no-mechanic', 'delay', null]),
  ],
  counts: [
    // 20 pieces in the ten minutes before the shift and 110 in its first hour, evenly: 18.571 and so 18 were made before six.
    count(at('05:50'), at('07:00'), 130, 0),
    count(at('07:00'), at('07:20'), 10, 5),
    count(at('07:20'), at('09:00'), 180, 0),
    count(at('09:20'), at('10:40'), 150, 10),
    count(at('11:05'), at('11:30'), 40, 0),
    count(at('11:31'), at('12:10'), 66, 3),
    count(at('13:10'), at('13:40'), 42, 2),
  ],
  rateOf: () => rate,
  microUnderMs: 120_000,
};
