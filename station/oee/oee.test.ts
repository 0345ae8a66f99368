/** OEE over the real store: windows, what is behind the figures, the past told anew, cycles with their units. */
import { call } from '@orpc/server';
import { afterEach, describe, expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import { shiftSchema } from '#contract/config/plant.ts';
import type { OeeView, OeeWindow } from '#contract/rpc/oee.ts';
import type { Configuration } from '#contract/config/index.ts';
import type { Observation } from '#domain/machines/decide.ts';
import { figuresOf } from '#domain/oee/figures.ts';
import { sumOf } from '#domain/oee/sums.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { readStopsSince } from '#station/store/projections/stops.ts';
import { createOeeRouter } from './rpc.ts';

const title = { en: 'Press', de: 'Presse' };
const minute = 60_000;
const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
/** A shift that began an hour ago and ends in three, by UTC. */
const began = Math.floor(startAt / 3_600_000) * 3_600_000 - 3_600_000;
const configuration = (): Configuration => {
  const of = testConfiguration();
  return {
    ...of,
    plant: {
      ...of.plant,
      timeZone: 'UTC',
      shifts: [
        shiftSchema.parse({
          id: 'a',
          title,
          from: clock(began),
          to: clock(began + 240 * minute),
          days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
          breaks: [{ from: clock(began + 30 * minute), to: clock(began + 40 * minute) }],
        }),
      ],
    },
    machines: [
      machineFileSchema.parse({
        schema: 'linewright/machine@1',
        id: 'press',
        title,
        station: 'ST10',
        state: { from: 'hand' },
        rates: [{ cycleMs: 30_000, taktMs: 40_000, revision: '7' }],
        costPerHour: { amount: 60, currency: 'EUR' },
      }),
    ],
  };
};

let station: TestStation;
afterEach(() => station.close());
const at = (minutes: number): number => began + minutes * minute;
const see = (...seen: readonly Observation[]): void =>
  void expect(station.core.dispatch({ type: 'machine.observe', machineId: 'press', seen }, null).ok).toBe(true);
const state = (minutes: number, to: 'producing' | 'fault' | 'setup' | 'waiting'): Observation => ({
  kind: 'state',
  clock: 'machine',
  beganAt: at(minutes),
  state: to,
  told: null,
  alarm: null,
});
const count = (from: number, to: number, produced: number, scrap: number, cyclesMs: number[] = []): Observation => ({
  kind: 'count',
  count: {
    from: at(from),
    to: at(to),
    kind: 'counted',
    produced,
    good: null,
    scrap,
    counter: { first: 0, last: produced },
    cyclesMs,
  },
});
const now: OeeWindow = { kind: 'shift', key: null };
const view = async (window: OeeWindow = now): Promise<OeeView | null> =>
  call(createOeeRouter(station.core).view, { machineId: 'press', window });
const oee = (shown: OeeView | null): number | null => figuresOf(sumOf(shown?.spans ?? [])).oee.value;
function open(): void {
  station = new TestStation('ST10', configuration());
  station.clock.advance(at(120) - station.clock.now());
}

describe('OEE of a machine', () => {
  it('of the shift under way: spans up to now, what is ahead, targets and the newest piece', async () => {
    open();
    see(state(-30, 'producing'), count(-30, 0, 50, 0), state(60, 'fault'), state(70, 'producing'));
    see(count(70, 80, 18, 2));
    const shown = await view();
    expect(shown).toMatchObject({
      from: at(0),
      to: at(120),
      endsAt: at(240),
      restatedAt: null,
      rate: { cycleMs: 30_000, taktMs: 40_000, revision: '7' },
      lastPieceAt: at(80),
      costPerHour: { amount: 60, currency: 'EUR' },
      ahead: [{ from: at(120), to: at(240), kind: 'working' }],
    });
    // 120 minutes, no order; it worked through the break: 110 of production, 10 of fault. 16 good pieces of half a minute.
    expect(oee(shown)).toBeCloseTo(8 / 120, 9);
    expect(shown?.counts).toHaveLength(1);
    const other = await call(createOeeRouter(station.core).view, { machineId: 'nobody', window: now });
    expect(other).toBeNull();
    expect(await view({ kind: 'shift', key: '1999-01-01/b' })).toBeNull();
    expect(await view({ kind: 'shift', key: 'what' })).toBeNull();
  });

  it('a past shift is asked for by its key, a day by its date; told anew later it says when', async () => {
    open();
    see(state(0, 'producing'), count(0, 60, 100, 0), state(60, 'fault'));
    station.clock.advance(at(300) - at(120));
    const router = createOeeRouter(station.core);
    const [row] = await call(router.shifts, undefined);
    expect(row).toMatchObject({ from: at(0), to: at(240) });
    const key = row?.key ?? '';
    const before = await view({ kind: 'shift', key });
    expect([before?.to, before?.endsAt, before?.restatedAt, oee(before)]).toEqual([
      at(240),
      at(240),
      null,
      expect.closeTo(50 / 240, 9),
    ]);
    see({
      kind: 'late',
      from: at(60),
      to: at(100),
      slices: [{ beganAt: at(60), state: 'producing', told: null, alarm: null }],
    });
    const after = await view({ kind: 'shift', key });
    expect(after?.restatedAt).toBe(at(300));
    expect(figuresOf(sumOf(after?.spans ?? [])).availability.value).toBeCloseTo(100 / 240, 9);
    const day = await view({ kind: 'day', day: new Date(at(0)).toISOString().slice(0, 10) });
    expect((day?.to ?? 0) - (day?.from ?? 0)).toBeLessThanOrEqual(86_400_000);
    expect(oee(day)).toBeCloseTo(50 / 240, 9);
    // The read model made anew from the log says the same.
    station.store.rebuild();
    expect(await view({ kind: 'shift', key })).toEqual(after);
  });

  it('what people said of a stop is what its time is, with who said it; said after the shift it is told so', async () => {
    open();
    station.signIn('lead', 'right');
    see(state(0, 'producing'), state(60, 'fault'), state(80, 'producing'));
    for (const minutes of [70, 80])
      station.core.dispatch({ type: 'stop.follow', machineId: 'press', at: at(minutes) }, null);
    const opened = station.events().find((event) => event.type === 'stop.opened');
    const stopId = opened?.body.stopId ?? '';
    station.clock.advance(at(300) - at(120));
    const [card] = readStopsSince(station.core.read, 'press', 0);
    const partId = card?.parts[0]?.partId ?? '';
    const key = (await call(createOeeRouter(station.core).shifts, undefined))[0]?.key ?? '';
    const window = { kind: 'shift', key } as const;
    expect((await view(window))?.spans.find(({ state: of }) => of === 'fault')).toMatchObject({
      element: 'ADET',
      because: 'state',
      stop: { stopId, partId, reason: null, by: null },
    });
    const classify = {
      stopId,
      partId,
      revision: card?.revision ?? 0,
      reasonId: 'E10-4300',
      note: '',
      offered: null,
    };
    const told = station.core.dispatch({ type: 'stop.classify', ...classify }, station.id());
    expect(told.ok, JSON.stringify(told)).toBe(true);
    const after = await view(window);
    expect(after?.spans.find(({ state: of }) => of === 'fault')).toMatchObject({
      element: 'PDOT',
      because: 'reason',
      stop: { reason: { id: 'E10-4300' }, by: 'LEAD' },
    });
    expect(after?.restatedAt).toBe(at(300));
  });

  it('cycles have the units that ran then', async () => {
    open();
    see(state(0, 'producing'));
    station.signIn('lead', 'right');
    expect(station.start('P-0001').ok, JSON.stringify(station.view().refusal)).toBe(true);
    station.clock.advance(3 * minute);
    see(count(0, 123, 3, 0, [30_000, 95_000]));
    const rhythm = await call(createOeeRouter(station.core).rhythm, { machineId: 'press', window: now });
    expect(rhythm?.points.map(({ at: when, ms, serials }) => [when, ms, serials])).toEqual([
      [at(123) - 95_000, 30_000, ['P-0001']],
      [at(123), 95_000, ['P-0001']],
    ]);
  });
});
