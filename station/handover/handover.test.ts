/** A shift told by the station itself, over the real store. */
import { call } from '@orpc/server';
import { afterEach, expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import { andonConfiguration } from '#domain/andon/test-plan.ts';
import type { Observation } from '#domain/machines/decide.ts';
import { settled, TestStation } from '#station/core/test-kit.ts';
import { followMachineStops } from '#station/stops/follow.ts';
import { createHandoverRouter } from './rpc.ts';

let station: TestStation;
afterEach(() => station.close());

it('tells what is open and what was made, is signed by two badges, and stays after a restart', async () => {
  station = new TestStation('ST10', andonConfiguration());
  const router = () => createHandoverRouter(station.core, () => ({ count: 7, oldestAt: 5 }));
  station.server.linked();
  station.signIn('lead', 'right');
  station.core.dispatch({ type: 'call.raise', kind: 'quality', note: '', machineId: null, stopId: null }, station.id());
  station.clock.advance(1_000);
  station.core.dispatch({ type: 'unit.hold', serial: 'P-0002', reason: 'scratch' }, station.id());
  station.core.dispatch({ type: 'unit.scrap', serial: 'P-0004', reason: 'broken' }, station.id());
  station.start('P-0001');
  const first = await call(router().write, { commandId: station.id(), note: ' hinge ' });
  if (!first.ok) throw new Error(JSON.stringify(first.refusal));
  const { handoverId } = first.value;
  const view = await call(router().get, { handoverId });
  expect(view).toMatchObject({
    shift: '2026-11-20/early',
    title: { en: 'Early' },
    from: Date.UTC(2026, 10, 20, 6),
    to: station.clock.now(),
    figures: { passed: 0, stopped: 0, scrapped: 1, nonconforming: 0, produced: null, scrap: null, energy: null },
    note: 'hinge',
    writtenBy: 'LEAD',
    taken: null,
  });
  // P-0003 was on hold when it came, in the name of this station.
  expect(view?.open.map(({ kind, id, count }) => [kind, id, count])).toEqual([
    ['call', expect.any(String), 1],
    ['hold', 'P-0002', 1],
    ['hold', 'P-0003', 1],
    ['unit', 'P-0001', 1],
    ['unsent', '', 7],
  ]);
  const take = (): Promise<{ readonly ok: boolean }> =>
    call(router().take, { commandId: station.id(), handoverId, note: '' });
  expect((await take()).ok).toBe(false);
  await station.restart();
  station.signIn('mara');
  expect((await take()).ok).toBe(true);
  expect(await call(router().list, {})).toMatchObject({ total: 1, items: [{ handoverId, taken: { by: 'MARA' } }] });
  expect(station.store.rebuild({ replace: false }).tables.filter(({ equal }) => !equal)).toEqual([]);
});

it('tells of a machine that stands and of its effectiveness, machines added up', async () => {
  const title = { en: 'Press', de: 'Presse' };
  station = new TestStation('ST10', {
    ...andonConfiguration(),
    machines: [
      machineFileSchema.parse({
        schema: 'linewright/machine@1',
        id: 'p1',
        title,
        station: 'ST10',
        state: { from: 'hand' },
        rates: [{ cycleMs: 30_000, revision: '1' }],
        counts: { produced: { tag: 'press.count' } },
        meter: { tag: 'meter.energy', step: 0.001 },
      }),
    ],
  });
  const end = followMachineStops(station.core);
  const router = createHandoverRouter(station.core, () => ({ count: 0, oldestAt: null }));
  const from = Date.UTC(2026, 10, 20, 6);
  const see = (...seen: readonly Observation[]): void =>
    void expect(station.core.dispatch({ type: 'machine.observe', machineId: 'p1', seen }, null).ok).toBe(true);
  const state = (beganAt: number, to: 'producing' | 'fault', alarm: string | null): Observation => ({
    kind: 'state',
    clock: 'machine',
    beganAt,
    state: to,
    told: null,
    alarm,
  });
  const now = station.clock.now();
  const stoodFrom = now - 10 * 60_000;
  see(state(from, 'producing', null), {
    kind: 'count',
    count: {
      from,
      to: stoodFrom,
      kind: 'counted',
      produced: 40,
      good: null,
      scrap: 10,
      counter: { first: 0, last: 40 },
      cyclesMs: [],
    },
  });
  see(state(stoodFrom, 'fault', 'E17'));
  station.core.dispatch(
    {
      type: 'energy.observe',
      machineId: 'p1',
      meter: { step: 0.001, unit: 'kW.h' },
      told: [
        { from, to: stoodFrom, steps: 6_000, knownMs: stoodFrom - from, openSteps: 0, counter: { first: 0, last: 6 } },
        {
          from: stoodFrom,
          to: now,
          steps: 300,
          knownMs: now - stoodFrom,
          openSteps: 0,
          counter: { first: 6, last: 6.3 },
        },
      ],
      doubts: [],
    },
    null,
  );
  await settled();
  station.signIn('lead', 'right');
  const written = await call(router.write, { commandId: station.id(), note: '' });
  if (!written.ok) throw new Error(JSON.stringify(written.refusal));
  const view = await call(router.get, { handoverId: written.value.handoverId });
  expect(view?.open.filter(({ kind }) => kind === 'stop')).toMatchObject([
    { title: { en: 'Press: E17', de: 'Presse: E17' }, at: stoodFrom },
  ]);
  // 30 good pieces of 30 s each in the planned time of the shift so far.
  expect(view?.figures['oee']).toBeCloseTo((30 * 30_000) / (now - from), 9);
  // 6.3 kWh for 30 good pieces, 0.3 of them while it stood.
  expect(view?.figures).toMatchObject({ energy: 6.3, energyPerGood: 0.21, energyIdle: 0.3 });
  end();
});
