/** Energy over the real store: meter readings to facts to figures, over restarts, outages, resets and a past told anew. */
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import { event, type BodyOf, type DomainEvent } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { EnergyView } from '#contract/rpc/energy.ts';
import { localDay } from '#domain/people/local-day.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { t } from '#domain/test-plant.ts';
import { settled, TestStation } from '#station/core/test-kit.ts';
import type { HubReading } from '#station/tags/hub.ts';
import { createEnergyRouter } from './rpc.ts';
import { createEnergyWatch, type EnergyWatch } from './watch.ts';

const minute = 60_000;
const machine = machineFileSchema.parse({
  schema: 'linewright/machine@1',
  id: 'p1',
  title: t('P1'),
  station: 'ST10',
  state: { from: 'hand' },
  counts: { produced: { tag: 'press.count' } },
  meter: {
    tag: 'meter.energy',
    step: 0.001,
    rollOver: 1_000,
    mostPerHour: 60,
    gapMs: 2 * minute,
    price: { amount: 0.25, currency: 'EUR' },
  },
});

let station: TestStation;
let energy: EnergyWatch;
let client: ReturnType<typeof clientOf>;
let push: (readings: readonly HubReading[]) => void;
let shown = 0;
const clientOf = () => createRouterClient(createEnergyRouter(station.core, energy));
function begin(): void {
  const hub = {
    subscribe(tagIds: readonly string[], listener: typeof push) {
      expect(tagIds).toEqual(['meter.energy']);
      push = listener;
      return () => (push = () => undefined);
    },
  };
  energy = createEnergyWatch(station.core, hub);
  energy.start();
  client = clientOf();
}
beforeEach(() => {
  station = new TestStation('ST10', { ...testConfiguration(), machines: [machine] });
  shown = 990;
  begin();
});
afterEach(async () => {
  energy.stop();
  await station.close();
});

async function happens(fact: DomainEvent): Promise<void> {
  const { clock, store } = station;
  const meta = { actor: { kind: 'system' }, commandId: null, bootId: 'boot', config: 'config-1' } as const;
  store.append([fact], { ...meta, at: clock.now(), monoMs: clock.monotonic() }, []);
  await settled();
}
const context = (orderId: string | null) => ({ orderId, definitionId: 'PUMP', operationId: '10' });
const says = (state: MachineState, orderId: string | null = 'WO-1'): Promise<void> =>
  happens(
    event('slice.begun', {
      machineId: 'p1',
      beganAt: station.clock.now(),
      state,
      told: null,
      alarm: null,
      context: context(orderId),
      clock: 'station',
    }),
  );
function reads(value: number | null): void {
  const receivedAt = station.clock.now();
  const quality = value === null ? 'bad' : 'good';
  push([
    { tagId: 'meter.energy', handle: 0, value: value ?? 0, quality, unit: 'kW.h', receivedAt } as unknown as HubReading,
  ]);
}
/** Minutes at a power, kW, read every 20 s. */
async function runs(minutes: number, power: number): Promise<void> {
  for (let n = 0; n < minutes * 3; n += 1) {
    station.clock.advance(minute / 3);
    shown = Number(((shown + power / 180) % 1_000).toFixed(6));
    reads(Number(shown.toFixed(3)));
  }
  await settled();
}
const told = () => station.store.events(0, 10_000).filter((one) => one.type === 'energy.used');
const all = () => ({ machineId: 'p1', from: startAt, to: station.clock.now() + 1 });
/** This plant has no shifts: the day under way. */
const today = { machineId: 'p1', window: { kind: 'shift', key: null } } as const;

it('by state, order and unit, idle waste, peak, per good piece, what a stop cost: all sums of the same facts', async () => {
  await says('producing');
  reads(shown);
  await runs(30, 12);
  const stopFrom = station.clock.now();
  await says('fault');
  await runs(84, 3);
  const stopTo = station.clock.now();
  await happens(
    event('pieces.counted', {
      machineId: 'p1',
      from: startAt,
      to: startAt + 30 * minute,
      kind: 'counted',
      produced: 40,
      good: null,
      scrap: 4,
      counter: { first: 0, last: 40 },
      cyclesMs: [],
      context: context('WO-1'),
    }),
  );
  await says('producing', 'WO-2');
  await runs(36, 12);
  // The last quarter is told when it is over, or the station ends.
  energy.stop();

  const view = (await client.summary(today))!;
  expect(view).toMatchObject({ unit: 'kW.h', energy: 17.4, open: 0, good: 36, price: { currency: 'EUR' } });
  const used = ({ byState }: EnergyView) => byState.flatMap(({ state, energy: of }) => (of > 0 ? [[state, of]] : []));
  expect(used(view)).toEqual([
    ['producing', 13.2],
    ['fault', 4.2],
  ]);
  expect(view.byOrder.map(({ orderId, energy: of, good }) => [orderId, of, good])).toEqual([
    ['WO-1', 10.2, 36],
    ['WO-2', 7.2, 0],
  ]);
  expect(view.perGood).toBeCloseTo(17.4 / 36, 12);
  expect(view.idle).toEqual({ energy: 4.2, ms: 84 * minute, share: 4_200 / 17_400 });
  expect(view.peak?.perHour).toBe(12);
  expect(await client.cost({ machineId: 'p1', from: stopFrom, to: stopTo })).toEqual({
    unit: 'kW.h',
    energy: 4.2,
    open: 0,
    knownMs: 84 * minute,
    cost: { amount: 4.2 * 0.25, currency: 'EUR' },
  });
  expect(await client.summary({ ...today, machineId: 'other' })).toBeNull();
  expect(await client.summary({ machineId: 'p1', window: { kind: 'shift', key: '2026-01-01/none' } })).toBeNull();
  const day = localDay(startAt, 'Europe/Berlin');
  expect(await client.summary({ machineId: 'p1', window: { kind: 'day', day } })).toEqual(view);
  // Of the meter that hung there before: it cannot be added, and is not kept quiet.
  expect(view.otherMeter).toBe(false);
  await happens(
    event('energy.used', {
      ...(told()[0]!.body as BodyOf<'energy.used'>),
      from: startAt - 60_000,
      to: startAt - 30_000,
      step: 1,
    }),
  );
  expect(await client.summary(today)).toEqual({ ...view, otherMeter: true });
  // Over the end of the counter: told as what it is, once.
  expect(station.store.events(0, 10_000).filter(({ type }) => type === 'machine.doubted')).toMatchObject([
    { body: { kind: 'counter-rolled-over', tagId: 'meter.energy', counted: null } },
  ]);
  for (const { body } of told()) expect(Math.floor(body.from / 900_000)).toBe(Math.ceil(body.to / 900_000) - 1);

  // The past is told anew: the same energy, another state.
  await happens(
    event('slices.restated', {
      machineId: 'p1',
      from: stopFrom,
      to: stopTo,
      slices: [{ beganAt: stopFrom, state: 'setup', told: null, alarm: null, context: context('WO-1') }],
      reason: 'by-hand',
      note: '',
    }),
  );
  const anew = (await client.summary(today))!;
  expect(used(anew)).toEqual([
    ['producing', 13.2],
    ['setup', 4.2],
  ]);
  expect(anew.idle.energy).toBe(0);
  expect(station.store.rebuild().equal).toBe(true);
});

it('killed between two quarters: what was used meanwhile is known, when it was is not; nothing is told twice', async () => {
  await says('producing');
  reads(shown);
  await runs(20, 6);
  expect(told()).toHaveLength(1);
  await station.restart();
  // As the watcher of machines tells it: nobody knows from the last proof of life on.
  await says('no-data', null);
  station.clock.advance(30 * minute);
  shown = 990 + 2 + 1.25;
  begin();
  await says('producing');
  reads(Number(shown.toFixed(3)));
  await runs(20, 6);
  energy.stop();
  const view = (await client.summary(today))!;
  expect(view.energy).toBe(5.25);
  // From the quarter told last to the first reading after the start.
  expect(view.open).toBeCloseTo(1.75, 2);
  expect(view.energy).toBe(told().reduce((sum, { body }) => sum + body.steps + body.openSteps, 0) / 1_000);
  // An outage that nobody could attribute is told beside a stop that lies in it.
  const inside = { machineId: 'p1', from: startAt + 25 * minute, to: startAt + 26 * minute };
  expect(await client.cost(inside)).toMatchObject({ energy: 0, knownMs: 0, open: view.open });
});

it('a reset and an impossible reading are doubts of the meter; bad readings are no use and harm nothing', async () => {
  await says('producing');
  shown = 500;
  reads(500);
  await runs(2, 6);
  reads(null);
  station.clock.advance(minute / 3);
  shown = 0;
  reads(0);
  await runs(2, 6);
  station.clock.advance(minute / 3);
  shown = 400;
  reads(400);
  await runs(2, 6);
  expect(energy.now()).toMatchObject([{ machineId: 'p1', unit: 'kW.h' }]);
  expect(energy.now()[0]?.perHour).toBeCloseTo(6, 0);
  station.clock.advance(2 * minute);
  expect(energy.now()[0]?.perHour).toBeNull();
  energy.stop();
  const doubts = station.store.events(0, 1_000).filter((one) => one.type === 'machine.doubted');
  expect(doubts.map(({ body }) => [body.kind, body.before, body.now])).toEqual([
    ['counter-reset', 500.2, 0],
    ['counter-impossible', 0.2, 400],
  ]);
  expect((await client.summary(today))?.energy).toBe(0.6);
});

it('units: each run of the station with what was used in it', async () => {
  reads(shown);
  const run = async (serial: string, minutes: number): Promise<void> => {
    const executionId = `x-${serial}`;
    const definition = { id: 'PUMP', revision: 'A', hash: 'h' };
    await happens(event('execution.started', { executionId, serial, orderId: 'WO-1', definition, operationId: '10' }));
    await runs(minutes, 12);
    await happens(event('execution.passed', { executionId, serial, operationId: '10' }));
  };
  await run('A', 2);
  await runs(1, 3);
  await run('B', 3);
  energy.stop();
  expect(await client.units(all())).toMatchObject([
    { serial: 'B', energy: 0.6, whole: true, to: startAt + 6 * minute },
    { serial: 'A', energy: 0.4, whole: true, from: startAt, to: startAt + 2 * minute },
  ]);
  const later = { ...all(), from: startAt + 4 * minute };
  expect((await client.units(later)).map(({ serial }) => serial)).toEqual(['B']);
});
