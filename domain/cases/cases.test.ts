import { describe, expect, it } from 'vitest';
import type { Passport } from '#contract/passport.ts';
import { clockToleranceMs, judgeCases, type Known } from './judge.ts';

const t = 1_000_000_000_000;
const origin = {
  orderId: 'WO-1',
  materialId: 'PUMP',
  definitionId: 'PUMP',
  revision: 'A',
  stationId: 'ST10',
  at: t,
  imported: false,
};
const run = (
  executionId: string,
  operationId: string,
  stationId: string,
  startedAt: number,
  ended: number | null = null,
  how: 'passed' | 'stopped' = 'passed',
): Passport['runs'][number] => ({
  executionId,
  operationId,
  stationId,
  startedAt,
  ended: ended === null ? null : { at: ended, how },
});
const pass = (
  executionId: string | null,
  operationId: string,
  stationId: string | null,
  at: number | null,
): Passport['passed'][number] => ({ executionId, operationId, stationId, at });
const hold = (
  holdId: string,
  stationId: string,
  at: number,
  liftedAt: number | null = null,
): Passport['holds'][number] => ({
  holdId,
  reason: 'scratch',
  reasons: [],
  operationId: null,
  stepId: null,
  stationId,
  at,
  by: { kind: 'system' },
  lifted: liftedAt === null ? null : { at: liftedAt, by: { kind: 'system' }, stationId },
});
const passport = (more: Partial<Passport> = {}): Passport => ({
  serial: 'P-0001',
  origins: [origin],
  passed: [],
  runs: [],
  holds: [],
  scrapped: null,
  completed: null,
  ...more,
});
const judge = (more: Partial<Passport>, rest: Partial<Known> = {}) =>
  judgeCases({ passport: passport(more), operations: null, shownPassed: [], ...rest });
const kinds = (more: Partial<Passport>, rest: Partial<Known> = {}) => judge(more, rest).map(({ kind }) => kind);
const routing = [
  { id: '10', after: [] },
  { id: '20', after: ['10'] },
];

describe('contradictions in a joined passport', () => {
  it('there are none in an ordinary life', () => {
    const life: Partial<Passport> = {
      runs: [run('a', '10', 'ST10', t, t + 60_000), run('b', '20', 'ST20', t + 70_000, t + 90_000)],
      passed: [pass('a', '10', 'ST10', t + 60_000), pass('b', '20', 'ST20', t + 90_000)],
      holds: [hold('h', 'ST20', t + 95_000, t + 96_000)],
      completed: { at: t + 90_000, stationId: 'ST20' },
    };
    expect(judge(life, { operations: routing })).toEqual([]);
  });

  it('built twice: one operation passed in two executions; a pass that a file told is none', () => {
    const twice = { passed: [pass('a', '10', 'ST10', t), pass('b', '10', 'ST11', t + 5)] };
    expect(judge(twice)).toEqual([
      {
        kind: 'built-twice',
        key: '["10","a","b"]',
        at: t + 5,
        details: {
          operation: '10',
          executions: 'a, b',
          stations: 'ST10, ST11',
          firstAt: t,
          lastAt: t + 5,
          restsOn: 'facts',
        },
      },
    ]);
    expect(kinds({ passed: [pass(null, '10', 'ST10', t), pass('b', '10', 'ST11', t)] })).toEqual([]);
    const third = judge({ passed: [...twice.passed, pass('c', '10', 'ST12', t + 9)] });
    expect(third).toHaveLength(1);
    expect(third[0]?.key).not.toBe(judge(twice)[0]?.key);
  });

  it('created twice: two made it, or two files say different things; the same file at several stations is none', () => {
    const imported = { ...origin, imported: true };
    expect(kinds({ origins: [imported, { ...imported, stationId: 'ST20', at: t + 9 }] })).toEqual([]);
    expect(kinds({ origins: [origin, { ...imported, stationId: '@plant' }] })).toEqual([]);
    expect(kinds({ origins: [origin, { ...origin, stationId: 'ST20', at: t + 9 }] })).toEqual(['created-twice']);
    expect(kinds({ origins: [imported, { ...imported, orderId: 'WO-2' }] })).toEqual(['created-twice']);
  });

  it('in work twice: open at two stations now, whatever their clocks say', () => {
    const open = [run('a', '10', 'ST10', t), run('b', '10', 'ST11', t + 365 * 86_400_000)];
    expect(judge({ runs: open })).toMatchObject([{ kind: 'in-work-twice', details: { restsOn: 'facts' } }]);
    expect(kinds({ runs: [run('a', '10', 'ST10', t), run('b', '10', 'ST10', t + 1)] })).toEqual([]);
    // The end of the first one may still be on its way.
    expect(kinds({ runs: [run('a', '10', 'ST10', t), run('b', '20', 'ST20', t + 1, t + 2)] })).toEqual([]);
  });

  it('in work twice: ended runs overlap by more than clocks may differ', () => {
    const overlap = (ms: number) => [
      run('a', '20', 'ST10', t, t + 600_000),
      run('b', '20', 'ST20', t + 600_000 - ms, t + 900_000, 'stopped'),
    ];
    expect(kinds({ runs: overlap(clockToleranceMs) })).toEqual([]);
    expect(judge({ runs: overlap(clockToleranceMs + 1) })).toMatchObject([
      { kind: 'in-work-twice', details: { restsOn: 'clocks' } },
    ]);
  });

  it('held meanwhile: begun elsewhere between hold and lift', () => {
    const at = (startedAt: number, station = 'ST20', held = hold('h', 'ST10', t + 10, t + 20)) =>
      kinds({ runs: [run('a', '20', station, startedAt, startedAt + 1)], holds: [held] });
    expect(at(t + 9)).toEqual([]);
    expect(at(t + 10)).toEqual(['held-meanwhile']);
    expect(at(t + 19)).toEqual(['held-meanwhile']);
    expect(at(t + 20)).toEqual([]);
    // The station that placed it refuses by itself.
    expect(at(t + 15, 'ST10')).toEqual([]);
    expect(at(t + 99, 'ST20', hold('h', '@plant', t + 10))).toEqual(['held-meanwhile']);
    // Only its lifting is known so far.
    expect(at(t + 15, 'ST20', { ...hold('h', 'ST10', t + 10, t + 20), reason: '\uffff' })).toEqual([]);
  });

  it('scrapped meanwhile: begun or completed elsewhere after it was scrapped', () => {
    const scrapped = { at: t + 10, stationId: 'ST10' };
    expect(kinds({ scrapped, runs: [run('a', '20', 'ST20', t + 9, t + 30)] })).toEqual([]);
    expect(kinds({ scrapped, runs: [run('a', '20', 'ST20', t + 10)] })).toEqual(['scrapped-meanwhile']);
    expect(kinds({ scrapped, runs: [run('a', '20', 'ST10', t + 10)] })).toEqual([]);
    expect(kinds({ scrapped, completed: { at: t + 11, stationId: 'ST20' } })).toEqual(['scrapped-meanwhile']);
  });

  it('out of order: passed although the one before never was, or only after it began', () => {
    const passed20 = {
      runs: [run('b', '20', 'ST20', t, t + 60_000)],
      passed: [pass('b', '20', 'ST20', t + 60_000)],
    };
    const with10 = (at: number | null, station = 'ST10') => ({
      ...passed20,
      passed: [pass('a', '10', station, at), ...passed20.passed],
    });
    const rules = { operations: routing };
    expect(judge(passed20, rules)).toMatchObject([
      { kind: 'out-of-order', details: { operation: '20', before: '10', beforeAt: null, restsOn: 'facts' } },
    ]);
    // Off a label: the facts of the station before are still on their way.
    expect(judge(passed20, { ...rules, shownPassed: ['10'] })).toEqual([]);
    expect(judge(passed20)).toEqual([]);
    expect(judge(with10(t - 5), rules)).toEqual([]);
    expect(judge(with10(null), rules)).toEqual([]);
    expect(judge(with10(t + clockToleranceMs), rules)).toEqual([]);
    expect(judge(with10(t + clockToleranceMs + 1), rules)).toMatchObject([{ details: { restsOn: 'clocks' } }]);
    expect(judge(with10(t + 1, 'ST20'), rules)).toMatchObject([{ details: { restsOn: 'facts' } }]);
  });

  it('are told apart by what they were judged on', () => {
    const runs = [run('a', '20', 'ST20', t + 10), run('b', '20', 'ST30', t + 11)];
    const cases = judge({ runs, holds: [hold('h', 'ST10', t)] });
    expect(new Set(cases.map(({ kind, key }) => kind + key)).size).toBe(cases.length);
    expect(cases.map(({ kind }) => kind)).toEqual(['in-work-twice', 'held-meanwhile', 'held-meanwhile']);
  });
});
