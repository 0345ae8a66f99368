import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import type { Clock } from '#station/clock.ts';
import type { HistoryInfo } from '#station/history/history.ts';
import { createLog } from '#station/log.ts';
import type { ServerLink } from '#contract/rpc/sync.ts';
import type { HealthView } from '#station/store/health.ts';
import type { StoreInfo } from '#station/store/store.ts';
import { Signal } from '#station/streams/signal.ts';
import { createSystem, type System } from './index.ts';

const text = (en: string) => ({ en, de: en });
const configuration = {
  hash: 'abc',
  plant: { id: 'p', title: text('Plant'), timeZone: 'Europe/Berlin', language: 'de', demo: false, demoHints: [{}] },
  stations: [{ id: 'ST10', title: text('Press') }],
  lines: [{ id: 'L1', title: text('Line'), stations: ['ST10'] }],
} as unknown as Configuration;

let wall: number;
let mono: number;
let timer: (() => void) | null;
let info: StoreInfo;
let history: HistoryInfo;
let written: DomainEvent[];
let refuse: boolean;
const onState = new Signal<HealthView>();
const onHistory = new Signal<HealthView>();
const onServer = new Signal<void>();
let link: ServerLink;
const clock: Clock = {
  now: () => wall,
  monotonic: () => mono,
  setTimer: (_ms, run) => {
    timer = run;
    return { cancel: () => (timer = null) };
  },
};
function pass(ms: number, wallMs = ms): void {
  mono += ms;
  wall += wallMs;
  timer?.();
}
function make(): System {
  return createSystem({
    configuration,
    stationId: 'ST10',
    version: '1.2.3',
    store: { previousRun: 'ended-abruptly', onState, info: () => info },
    history: { onState: onHistory, info: () => history },
    released: { state: { files: 0, atNextStart: [], picturesMissing: 0, faulty: null }, changed: onServer },
    server: { link: () => link, unsent: () => ({ count: 3, oldestAt: 8 }), changed: onServer },
    record(fact) {
      if (refuse) return { ok: false, refusal: { command: 'station.record', at: 0, reasons: [], met: [], next: [] } };
      written.push(fact);
      return { ok: true, value: undefined };
    },
    clock,
    log: createLog('silent'),
  });
}

beforeEach(() => {
  [wall, mono, timer, written, refuse] = [1_700_000_000_000, 5_000, null, [], false];
  info = { state: 'ok', detail: '', path: '/d', epoch: 'e', events: 4, oldestAt: 7, bytes: 1, freeBytes: null };
  history = { state: 'ok', detail: '', path: '/h', bytes: 2, tags: 1, pending: 0, loss: null };
  link = { state: 'linked', since: 5, problem: null, clockDriftMs: 12, test: null };
});

test('its start and end are facts', () => {
  const system = make();
  system.start();
  system.stop('SIGTERM');
  expect(written).toMatchObject([
    { type: 'station.started', body: { version: '1.2.3', previousRun: 'ended-abruptly' } },
    { type: 'station.stopped', body: { reason: 'SIGTERM' } },
  ]);
  expect(timer).toBeNull();
});

test('a store that accepts nothing does not keep it from running', () => {
  refuse = true;
  const system = make();
  system.start();
  pass(2_500, 60_000);
  system.stop('SIGTERM');
  expect(written).toEqual([]);
});

describe('clock', () => {
  test.each([
    [3_600_000, 'forwards'],
    [-3_600_000, 'backwards'],
  ])('a step of %i ms %s is a fact, once', (byMs) => {
    const system = make();
    system.start();
    pass(2_500, 2_500 + byMs);
    pass(2_500);
    expect(written.slice(1)).toEqual([
      {
        type: 'clock.stepped',
        version: 1,
        body: { byMs, beforeAt: 1_700_000_002_500, afterAt: 1_700_000_002_500 + byMs },
      },
    ]);
    expect(system.view().clock.steps).toBe(1);
  });

  test('a busy machine and a slewing clock are no steps', () => {
    const system = make();
    system.start();
    pass(90_000);
    for (let i = 0; i < 100; i++) pass(2_500, 2_400);
    expect(written).toHaveLength(1);
    expect(system.view().clock.steps).toBe(0);
  });
});

test('a history that keeps nothing is told at once with since when and what is lost, and nothing else changes', async () => {
  const system = make();
  system.start();
  const views = await createRouterClient(system.router).watch();
  const next = async () => (await views.next()).value;
  expect(await next()).toMatchObject({ history: { state: 'ok', notRecordedSince: null, lost: null } });
  history = { ...history, state: 'disk-full', detail: 'no room' };
  onHistory.emit({ state: 'disk-full', detail: 'no room' });
  const since = 1_700_000_000_000;
  expect(await next()).toMatchObject({ history: { state: 'disk-full', detail: 'no room', notRecordedSince: since } });
  history = { ...history, state: 'corrupt', loss: { samples: 5, fromAt: since + 1, toAt: since + 9 } };
  onHistory.emit({ state: 'corrupt', detail: 'no room' });
  pass(2_500);
  expect(await next()).toMatchObject({
    store: { state: 'ok' },
    history: { state: 'corrupt', notRecordedSince: since, lost: { samples: 5, fromAt: since + 1, toAt: since + 9 } },
  });
  history = { ...history, state: 'ok', detail: '' };
  onHistory.emit({ state: 'ok', detail: '' });
  expect(await next()).toMatchObject({ history: { state: 'ok', notRecordedSince: null, lost: { samples: 5 } } });
  await views.return?.();
});

test('a history that was already broken at the start is told from then on', () => {
  history = { ...history, state: 'corrupt', detail: 'not a database' };
  expect(make().view()).toMatchObject({ history: { state: 'corrupt', notRecordedSince: 1_700_000_000_000 } });
});

test('a change of the link to the server is shown at once, acknowledgements at most once a second', async () => {
  const client = createRouterClient(make().router);
  const views = await client.watch();
  const next = async () => (await views.next()).value;
  await next();
  link = { ...link, state: 'unreachable' };
  onServer.emit();
  expect(await next()).toMatchObject({ server: { state: 'unreachable' } });
  const waiting = next();
  onServer.emit();
  link = { ...link, state: 'linked' };
  onServer.emit();
  expect(await waiting).toMatchObject({ server: { state: 'linked' } });
  await views.return?.();
});

test('the view is sent at once, as a heartbeat, and when the store changes', async () => {
  const system = make();
  system.start();
  const client = createRouterClient(system.router);
  const views = await client.watch();
  const next = async () => (await views.next()).value;
  expect(await next()).toMatchObject({
    station: { id: 'ST10', line: { id: 'L1' } },
    demoHints: [],
    store: { state: 'ok', events: 4 },
    server: { state: 'linked', clockDriftMs: 12 },
    unsent: { count: 3, oldestAt: 8 },
    clock: { now: 1_700_000_000_000, steps: 0 },
  });
  pass(2_500);
  expect(await next()).toMatchObject({ clock: { now: 1_700_000_002_500 } });
  info = { ...info, state: 'disk-full' };
  onState.emit({ state: 'disk-full', detail: '' });
  expect(await next()).toMatchObject({ store: { state: 'disk-full' } });
  await views.return?.();
  expect(await client.get()).toEqual(system.view());
});
