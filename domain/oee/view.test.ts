/** Past windows by hand: a night in which the clocks are set, with stops over the edges of the shift. */
import { describe, expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import { shiftSchema } from '#contract/config/plant.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { OeeWindow } from '#contract/rpc/oee.ts';
import { catalogueOf } from '#domain/catalogue.ts';
import { testConfiguration } from '#domain/test-kit.ts';
import { figuresOf } from './figures.ts';
import { sumOf } from './sums.ts';
import { order, slice } from './test-shift.ts';
import { oeeViewOf } from './view.ts';
import { windowOf } from './windows.ts';

const title = { en: 'x', de: 'x' };
const minute = 60_000;
const hour = 60 * minute;
const of = testConfiguration();
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const catalogue = catalogueOf({
  ...of,
  plant: {
    ...of.plant,
    timeZone: 'Europe/Berlin',
    shifts: [
      shiftSchema.parse({
        id: 'night',
        title,
        from: '22:00',
        to: '06:00',
        days,
        breaks: [{ from: '02:30', to: '03:00' }],
      }),
      shiftSchema.parse({ id: 'day', title, from: '06:00', to: '22:00', days }),
    ],
  },
});
const machine = machineFileSchema.parse({
  schema: 'linewright/machine@1',
  id: 'press-p1',
  title,
  station: 'ST10',
  state: { from: 'hand' },
});

/** @param told states with the UTC instants at which they begin, without gap */
function shown(asked: OeeWindow, now: string, told: readonly (readonly [at: string, state: MachineState])[]) {
  const at = Date.parse(now);
  const window = windowOf(asked, at, catalogue.calendar);
  if (window === null) throw new Error('no such window');
  const slices = told.map(([from, state], n) =>
    slice(Date.parse(from), Date.parse(told[n + 1]?.[0] ?? now), state, order),
  );
  const facts = { slices, cards: [], counts: [], units: [], retoldAt: null };
  const view = oeeViewOf(machine, window, facts, { catalogue, now: at });
  const sums = sumOf(view.spans);
  return { view, sums, figures: figuresOf(sums), ms: Object.values(sums.ms).reduce((sum, ms) => sum + ms, 0) };
}

/** 22:00 is 20:00Z, 06:00 is 05:00Z: nine hours. 02:30 is shown twice, at 00:30Z and 01:30Z; the break is at the first. */
const autumn = [
  ['2026-10-24T12:00Z', 'producing'],
  // Begins in the shift before: its minutes here count, its beginning there.
  ['2026-10-24T19:50Z', 'fault'],
  ['2026-10-24T20:05Z', 'producing'],
  ['2026-10-25T00:30Z', 'waiting'],
  ['2026-10-25T01:00Z', 'producing'],
  ['2026-10-25T01:30Z', 'fault'],
  ['2026-10-25T02:00Z', 'producing'],
  ['2026-10-25T03:00Z', 'fault'],
  ['2026-10-25T03:10Z', 'producing'],
  // Goes on in the next shift.
  ['2026-10-25T04:50Z', 'fault'],
  ['2026-10-25T05:20Z', 'producing'],
] as const;

describe('past windows', () => {
  it('the night shift in which the clocks are set back has nine hours; MTBF, MTTR and allocation by hand', () => {
    const { view, sums, figures, ms } = shown({ kind: 'shift', key: '2026-10-24/night' }, '2026-10-26T09:00Z', autumn);
    expect([view.from, view.to, ms]).toEqual([
      Date.parse('2026-10-24T20:00Z'),
      Date.parse('2026-10-25T05:00Z'),
      9 * hour,
    ]);
    expect(view).toMatchObject({ shift: { key: '2026-10-24/night' }, endsAt: view.to, ahead: [] });
    // 540 min, 30 of them break; faults of 5 + 30 + 10 + 10 min, three of which begin in it.
    expect(sums.ms).toMatchObject({
      PDOT: 30 * minute,
      ADET: 55 * minute,
      APT: 455 * minute,
      unknown: 0,
      unplanned: 0,
    });
    expect(sums.events.breakdown).toBe(3);
    expect(figures.mtbf.value).toBe(((455 + 55) / 4) * minute);
    expect(figures.mttr.value).toBe((55 / 4) * minute);
    expect(figures.availability.value).toBeCloseTo(455 / 510, 12);
    // Malfunctions are delays (ADET), and delays are busy time (AUBT): 510 of the 540 min in which the order was on the machine.
    expect(figures.allocation.value).toBeCloseTo(510 / 540, 12);
  });

  it('the shifts around it have the rest of its stops, each beginning once', () => {
    const before = shown({ kind: 'shift', key: '2026-10-24/day' }, '2026-10-26T09:00Z', autumn);
    const after = shown({ kind: 'shift', key: '2026-10-25/day' }, '2026-10-26T09:00Z', autumn);
    expect([before.sums.lossMs.breakdown, before.sums.events.breakdown]).toEqual([10 * minute, 1]);
    expect([after.sums.lossMs.breakdown, after.sums.events.breakdown]).toEqual([20 * minute, 0]);
  });

  it('that day has 25 hours and the one in spring 23; a break that the clocks skip begins when they are set forward', () => {
    const sunday = shown({ kind: 'day', day: '2026-10-25' }, '2026-10-26T09:00Z', autumn);
    expect([sunday.ms, sunday.view.shift]).toEqual([25 * hour, null]);
    expect(sunday.sums.events.breakdown).toBe(3);
    const spring = [
      ['2027-03-27T12:00Z', 'producing'],
      ['2027-03-28T01:00Z', 'waiting'],
      ['2027-03-28T01:45Z', 'producing'],
    ] as const;
    expect(shown({ kind: 'day', day: '2027-03-28' }, '2027-03-30T09:00Z', spring).ms).toBe(23 * hour);
    const night = shown({ kind: 'shift', key: '2027-03-27/night' }, '2027-03-30T09:00Z', spring);
    expect([night.view.from, night.ms]).toEqual([Date.parse('2027-03-27T21:00Z'), 7 * hour]);
    expect(night.sums.ms).toMatchObject({ PDOT: 30 * minute, APT: 375 * minute });
  });
});
