import { expect, it } from 'vitest';
import type { BodyOf, EventType } from '#contract/events/index.ts';
import type { Happened } from '#domain/happened.ts';
import { atRest, evolveWork } from './station-work.ts';

let clock = 0;
const happened = <T extends EventType>(type: T, body: BodyOf<T>): Happened =>
  ({ type, body, at: (clock += 10), actor: { kind: 'system' }, stationId: 'ST10' }) as Happened;
const step = { executionId: 'a', stepId: 's', attempt: 1 };
const mara = { personId: 'mara', name: 'Mara', pin: false, entry: 'scanned', replaced: null } as const;

it('follows a station through its day', () => {
  let state = atRest;
  const seen = (event: Happened): [string, number, string | null, string | null] => {
    state = evolveWork(state, event);
    return [state.work, state.since, state.unit?.serial ?? null, state.person?.name ?? null];
  };
  expect(seen(happened('station.started', {} as never))).toEqual(['waiting', 10, null, null]);
  expect(seen(happened('operator.signed-in', mara))).toEqual(['waiting', 10, null, 'Mara']);
  const definition = { id: 'PUMP', revision: 'A', hash: 'h' };
  const run = { executionId: 'a', serial: 'P-1', operationId: '10' };
  expect(seen(happened('execution.started', { ...run, orderId: 'WO-1', definition }))).toEqual([
    'in-work',
    30,
    'P-1',
    'Mara',
  ]);
  expect(seen(happened('step.failed', { ...step, reasons: [], consequence: 'retry', triesLeft: 1 }))).toEqual([
    'failed',
    40,
    'P-1',
    'Mara',
  ]);
  expect(seen(happened('step.started', { ...step, attempt: 2, stepType: 'measure' }))).toEqual([
    'in-work',
    50,
    'P-1',
    'Mara',
  ]);
  expect(seen(happened('station.locked', { reason: 'idle' } as never))).toEqual(['locked', 60, 'P-1', 'Mara']);
  expect(seen(happened('operator.signed-in', { ...mara, name: 'Sam', personId: 'sam' }))).toEqual([
    'in-work',
    70,
    'P-1',
    'Sam',
  ]);
  // Of another run: says nothing about this station's work.
  const same = state;
  seen(happened('execution.passed', { executionId: 'other', serial: 'P-9', operationId: '10' }));
  expect(state).toBe(same);
  expect(seen(happened('execution.passed', run))).toEqual(['waiting', 90, null, 'Sam']);
  expect(seen(happened('station.stopped', {} as never))).toEqual(['stopped', 100, null, null]);
});
