/** Calls over the real store: restart, rebuild, without a server and with what other stations did, the screen's view. */
import { call } from '@orpc/server';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallBody } from '#contract/sync/down.ts';
import { andonConfiguration, minuteMs } from '#domain/andon/test-plan.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { createAndon, type AndonFeature } from './index.ts';
import { createAndonRouter } from './rpc.ts';

let station: TestStation;
let andon: AndonFeature;
function run(): void {
  andon = createAndon(station.core, () => []);
  andon.start();
}
function open(): void {
  station = new TestStation('ST10', andonConfiguration());
  run();
}
afterEach(async () => {
  await andon.stop();
  await station.close();
});

const raise = (kind = 'maintenance'): string => {
  const type = 'call.raise';
  const done = station.core.dispatch({ type, kind, note: '', machineId: null, stopId: null }, station.id());
  return done.ok ? (done.value?.['callId'] ?? '') : JSON.stringify(done.refusal.reasons);
};
const told = () =>
  station.events().flatMap((e) => (e.type === 'call.escalated' ? [[e.body.level, e.at, e.actor.kind]] : []));
const fresh = (callId: string, more: Partial<CallBody> = {}): CallBody => ({
  callId,
  raised: {
    kind: 'quality',
    title: { en: 'Q', de: 'Q' },
    role: 'quality-technician',
    machineId: null,
    serial: null,
    orderId: null,
    stopId: null,
    note: '',
    at: station.clock.now(),
    by: { kind: 'system' },
    stationId: 'ST20',
  },
  answered: null,
  escalated: [],
  closed: null,
  ticket: null,
  ...more,
});

describe('escalation by the station', () => {
  it('comes at its time without a server, in the name of the station', () => {
    open();
    station.signIn('mara');
    const from = station.clock.now();
    raise();
    station.clock.advance(25 * minuteMs);
    expect(told()).toEqual([
      [1, from + 5 * minuteMs, 'system'],
      [3, from + 20 * minuteMs, 'system'],
    ]);
  });

  it('is made up for after a restart, and never told twice', async () => {
    open();
    raise();
    await andon.stop();
    await station.restart(() => station.clock.advance(6 * minuteMs));
    run();
    expect(told().map(([level]) => level)).toEqual([1]);
    await andon.stop();
    await station.restart(() => station.clock.advance(1 * minuteMs));
    run();
    station.clock.advance(1 * minuteMs);
    expect(told()).toHaveLength(1);
  });

  it('ends with an answer that was given at another station', () => {
    open();
    const callId = raise();
    const { state } = { state: andon.view().calls[0]! };
    const answered = {
      note: '',
      at: station.clock.now(),
      by: { kind: 'person' as const, id: 'lead' },
      stationId: 'ST20',
    };
    const { raised } = fresh(callId);
    station.server.send([
      'call',
      callId,
      fresh(callId, { answered, raised: { ...raised, stationId: 'ST10', at: state.raisedAt } }),
    ]);
    station.clock.advance(30 * minuteMs);
    expect(told()).toEqual([]);
    expect(andon.view().calls[0]).toMatchObject({ answered: { by: 'LEAD', stationId: 'ST20' }, nextAt: null });
  });
});

describe('calls of the line', () => {
  it('of other stations are shown, and answered here; what others closed is written here', () => {
    open();
    station.server.send(['call', 'CA-9', fresh('CA-9')]);
    expect(andon.view().calls).toMatchObject([{ callId: 'CA-9', here: false, stationId: 'ST20', by: null }]);
    station.signIn('lead');
    expect(station.core.dispatch({ type: 'call.answer', callId: 'CA-9', note: '' }, station.id()).ok).toBe(true);
    expect(andon.view().calls[0]?.answered?.by).toBe('LEAD');

    const callId = raise();
    const { raised } = fresh(callId);
    const closed = {
      outcome: 'helped' as const,
      note: 'belt',
      at: 7,
      by: { kind: 'person' as const, id: 'lead' },
      stationId: 'ST20',
    };
    station.server.send(['call', callId, fresh(callId, { closed, raised: { ...raised, stationId: 'ST10' } })]);
    expect(station.events().at(-1)).toMatchObject({
      type: 'call.closed',
      body: { callId, elsewhere: { at: 7, stationId: 'ST20' } },
    });
    // Long after, the server takes the document away: it stays closed.
    station.server.send(['call', callId, null]);
    expect(andon.view().calls.map((each) => each.callId)).toEqual(['CA-9']);
  });

  it('is one call for many taps, with who is called and the ticket', async () => {
    open();
    const callId = raise();
    expect(raise()).toBe(callId);
    const { raised } = fresh(callId);
    const ticket = { state: 'in-work' as const, ticket: 'IH-7', text: 'on the way', at: 9, stationId: '@plant' };
    station.server.send([
      'call',
      callId,
      fresh(callId, { ticket, raised: { ...raised, stationId: 'ST10', kind: 'maintenance' } }),
    ]);
    const view = andon.view();
    expect(view.calls).toMatchObject([
      {
        callId,
        icon: 'maintenance',
        called: [{ level: 0, role: 'controls-engineer' }],
        ticket: { state: 'in-work', ticket: 'IH-7' },
      },
    ]);
    expect(view.kinds.map(({ id, people, openCallId }) => [id, people, openCallId])).toEqual([
      ['material', ['MARA', 'LATE', 'NEW', 'ASKED'], null],
      ['quality', [], null],
      ['maintenance', ['ENGINEER'], callId],
      ['lead', ['LEAD', 'NOPIN'], null],
    ]);
    station.core.dispatch({ type: 'call.close', callId, outcome: 'not-needed', note: '' }, station.id());
    const router = createAndonRouter(station.core, andon);
    expect(await call(router.past, {})).toMatchObject({
      total: 1,
      items: [{ callId, closed: { outcome: 'not-needed' } }],
    });
  });

  it('the read model made again is the same', () => {
    open();
    station.server.send(['call', 'CA-9', fresh('CA-9')]);
    raise();
    station.clock.advance(6 * minuteMs);
    station.signIn('lead');
    station.core.dispatch({ type: 'call.close', callId: 'CA-9', outcome: 'helped', note: '' }, station.id());
    expect(station.store.rebuild({ replace: false }).tables.filter(({ equal }) => !equal)).toEqual([]);
  });

  it('made with the station locked carries the name of nobody', () => {
    open();
    station.signIn('mara');
    station.core.dispatch({ type: 'station.lock', reason: 'idle' }, null);
    raise();
    expect(station.events().at(-1)).toMatchObject({ type: 'call.raised', actor: { kind: 'system' } });
  });
});

describe('the light', () => {
  it('follows the work, the calls and what the machines tell', () => {
    open();
    const lamps = () => andon.view().light.lamps;
    expect(lamps()).toMatchObject({ white: 'on', green: 'off', blue: 'off' });
    station.toMachine();
    expect(lamps()).toMatchObject({ white: 'off', green: 'on' });
    const callId = raise();
    expect(lamps().blue).toBe('blink');
    station.core.dispatch({ type: 'call.answer', callId, note: '' }, station.id());
    expect(lamps().blue).toBe('on');
  });
});
