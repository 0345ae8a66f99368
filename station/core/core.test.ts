/** The way in: each command once, refusals remembered, a full disk told, and what everybody's name stands under. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreNotWritableError } from '#station/store/errors.ts';
import { TestStation } from './test-kit.ts';
import { cursorParts } from './pages.ts';

let station: TestStation;
beforeEach(() => (station = new TestStation()));
afterEach(() => station.close());

describe('dispatch', () => {
  it('does a repeated command once and answers the same, also after a restart', async () => {
    station.signIn('lead', 'right');
    const command = { type: 'unit.create', orderId: 'WO-1' } as const;
    const first = station.core.dispatch(command, 'the-same-click');
    expect(first).toEqual({ ok: true, value: { serial: 'P-0006' } });
    const count = station.events().length;
    expect(station.core.dispatch(command, 'the-same-click')).toEqual(first);
    await station.restart();
    expect(station.core.dispatch(command, 'the-same-click')).toEqual(first);
    expect(station.events()).toHaveLength(count);
  });
  it('answers a repeated refusal without judging again', () => {
    const refused = station.core.dispatch({ type: 'execution.start', serial: 'P-0001' }, 'click-1');
    expect(refused).toMatchObject({
      ok: false,
      refusal: { command: 'execution.start', reasons: [{ code: 'operator.nobody' }] },
    });
    station.signIn('mara');
    expect(station.core.dispatch({ type: 'execution.start', serial: 'P-0001' }, 'click-1')).toBe(refused);
    expect(station.core.dispatch({ type: 'execution.start', serial: 'P-0001' }, 'click-2').ok).toBe(true);
  });
  it('a refused badge is a fact with the same answer when it comes again after a restart', async () => {
    const command = { type: 'operator.sign-in', badge: 'BDG-nobody', pin: 'none', entry: 'scanned' } as const;
    const first = station.core.dispatch(command, 'tap-1');
    expect(station.types().at(-1)).toBe('operator.sign-in-refused');
    await station.restart();
    const again = station.core.dispatch(command, 'tap-1');
    expect(again).toMatchObject({ ok: false, refusal: { reasons: !first.ok && first.refusal.reasons } });
  });
  it('two clicks on one action, with ids of their own: the second is outdated', () => {
    station.signIn('mara');
    station.start('P-0001');
    const { executionId } = station.view();
    const place = {
      executionId: executionId!,
      stepId: 'read',
      attempt: 1,
      action: { type: 'instruction', do: 'confirm' },
    } as const;
    expect(station.core.execution.act(place, 'click-a').ok).toBe(true);
    const second = station.core.execution.act(place, 'click-b');
    expect(second).toMatchObject({ ok: false, refusal: { reasons: [{ code: 'command.outdated' }] } });
    expect(station.types().filter((t) => t === 'instruction.confirmed')).toHaveLength(1);
  });
  it('store.not-writable refuses, changes nothing, and the same click may come again', () => {
    station.signIn('mara');
    const append = station.store.append.bind(station.store);
    const count = station.events().length;
    station.store.append = () => {
      throw new StoreNotWritableError('disk-full', 'no room');
    };
    const refused = station.core.dispatch({ type: 'execution.start', serial: 'P-0001' }, 'click-1');
    expect(refused).toMatchObject({
      ok: false,
      refusal: { reasons: [{ code: 'store.not-writable', params: { state: 'disk-full' } }] },
    });
    expect([station.events().length, station.view().mode]).toEqual([count, 'no-unit']);
    station.store.append = append;
    expect(station.core.dispatch({ type: 'execution.start', serial: 'P-0001' }, 'click-1').ok).toBe(true);
  });
  it('each fact stands under the right name', () => {
    station.signIn('mara');
    station.start('P-0001');
    station.core.dispatch({ type: 'station.lock', reason: 'idle' }, null);
    const actors = Object.fromEntries(station.events().map((e) => [e.type, e.actor]));
    expect(actors).toMatchObject({
      'work-order.created': { kind: 'import', source: 'orders/WO-1' },
      'operator.signed-in': { kind: 'person', id: 'mara' },
      'execution.started': { kind: 'person', id: 'mara' },
      'station.locked': { kind: 'system' },
    });
    expect(station.events().every((e) => e.config === 'config-1' && e.bootId === 'boot')).toBe(true);
  });
  it('takes the configuration’s orders in once', async () => {
    const count = station.events().length;
    await station.restart();
    expect(station.core.importOrders()).toEqual([]);
    expect(station.events()).toHaveLength(count);
  });
});

it('a cursor that is none begins the list anew', () => {
  expect([null, '', '{', '[1]', '[1,{}]'].map((c) => cursorParts(c, 2))).toEqual([null, null, null, null, null]);
  expect(cursorParts('[1,"a"]', 2)).toEqual([1, 'a']);
});
