/** What facts of machines, stops and calls become, and what happened elsewhere does not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { event, eventDefinition, type BodyOf, type EventType } from '#contract/events/index.ts';
import { asHappened } from '#domain/happened.ts';
import { changesOf, type Value } from './metrics.ts';

const context = { orderId: 'WO-1', definitionId: 'PMP-100', operationId: '10' };
const at = 1_790_000_000_000;

function listener() {
  const held = new Map<string, Value>();
  const told: string[] = [];
  return {
    held,
    told,
    tell<T extends EventType>(type: T, body: BodyOf<T>): void {
      const fact = asHappened(event(type, body), { at, actor: { kind: 'system' }, stationId: 'ST10' });
      for (const change of changesOf(fact, (name) => held.get(name)?.value ?? null)) {
        held.set(change.name, change);
        told.push(
          `${change.name}=${String(change.value)}${change.unit === null ? '' : ` ${change.unit}`} @${change.at - at}`,
        );
      }
    },
  };
}

test('state, counts and energy of a machine, with the times of the facts', () => {
  const { tell, told } = listener();
  tell('slice.begun', {
    machineId: 'press/1',
    beganAt: at - 500,
    state: 'fault',
    told: 'Aborted',
    alarm: null,
    context,
    clock: 'machine',
  });
  const counts = { machineId: 'p', from: at - 1_000, to: at - 10, kind: 'counted' as const, cyclesMs: [], context };
  const counter = { first: 0, last: 5 };
  tell('pieces.counted', { ...counts, produced: 5, good: null, scrap: null, counter });
  tell('pieces.counted', { ...counts, produced: 5, good: null, scrap: 1, counter });
  tell('pieces.counted', { ...counts, produced: 3, good: 3, scrap: null, counter });
  const energy = {
    machineId: 'p',
    from: at - 60_000,
    to: at,
    step: 0.001,
    unit: 'kW.h',
    counter,
    knownMs: 60_000,
    context,
  };
  for (let n = 0; n < 3; n += 1)
    tell('energy.used', { ...energy, steps: 100, openSteps: n === 2 ? 7 : 0, state: 'producing' });
  expect(told).toEqual([
    'Machine/press_1/State=fault @-500',
    'Machine/p/Produced=5 @-10',
    'Machine/p/Produced=10 @-10',
    'Machine/p/Good=4 @-10',
    'Machine/p/Scrap=1 @-10',
    'Machine/p/Produced=13 @-10',
    'Machine/p/Good=7 @-10',
    'Machine/p/Scrap=1 @-10',
    'Machine/p/Energy=0.1 kW.h @0',
    'Machine/p/Energy=0.2 kW.h @0',
    'Machine/p/Energy=0.307 kW.h @0',
  ]);
});

test('the newest stop is told; what is said of an older one changes nothing', () => {
  const { tell, held } = listener();
  const value = (name: string): unknown => held.get(`Machine/p/Stop/${name}`)?.value;
  const opened = golden('stop.opened');
  const classified = golden('stop.classified');
  tell('stop.opened', { ...opened, machineId: 'p', stopId: 's1' });
  tell('stop.classified', { ...classified, machineId: 'p', stopId: 's1', reason: { ...classified.reason, id: 'jam' } });
  expect([value('Open'), value('Reason')]).toEqual([true, 'jam']);
  tell('stop.ended', { stopId: 's1', machineId: 'p', to: at });
  expect(value('Open')).toBe(false);
  tell('stop.opened', { ...opened, machineId: 'p', stopId: 's2' });
  tell('stop.classified', {
    ...classified,
    machineId: 'p',
    stopId: 's1',
    reason: { ...classified.reason, id: 'other' },
  });
  tell('stop.ended', { stopId: 's1', machineId: 'p', to: at });
  expect([value('Newest'), value('Open'), value('Reason')]).toEqual(['s2', true, null]);
});

test('a call is counted where it was raised and where it was closed, once', () => {
  const { tell, held } = listener();
  tell('call.raised', { ...golden('call.raised'), kind: 'material' });
  tell('call.closed', {
    ...golden('call.closed'),
    elsewhere: { at, by: { kind: 'person', id: 'mara' }, stationId: 'ST20' },
  });
  expect(['Raised', 'Closed', 'Newest'].map((name) => held.get(`Calls/${name}`)?.value ?? null)).toEqual([
    1,
    null,
    'material',
  ]);
  tell('call.closed', { ...golden('call.closed'), elsewhere: null });
  expect(held.get('Calls/Closed')?.value).toBe(1);
});

/** Of its newest version. */
function golden<T extends EventType>(type: T): BodyOf<T> {
  const file = `tests/goldens/events/${type}@${eventDefinition(type)?.version}.json`;
  const { body } = JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8')) as { body: BodyOf<T> };
  return body;
}
