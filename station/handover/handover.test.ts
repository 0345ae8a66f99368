/** A shift told by the station itself, over the real store. */
import { call } from '@orpc/server';
import { afterEach, expect, it } from 'vitest';
import { andonConfiguration } from '#domain/andon/test-plan.ts';
import { TestStation } from '#station/core/test-kit.ts';
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
    figures: { passed: 0, stopped: 0, scrapped: 1, nonconforming: 0, produced: null, scrap: null },
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
