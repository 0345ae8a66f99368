/** Checklist, choice, number and text, one after the other to the end of a run. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '#domain/decision.ts';
import { codes, startAt } from '#domain/test-kit.ts';
import { fresh, toFinish, types, world } from './test-kit.ts';

beforeEach(fresh);

describe('checklist, choice, number, text', () => {
  const check = (item: string, ok = true): Decision => world.act({ type: 'checklist', do: 'answer', item, ok });
  const choose = (option: string): Decision => world.act({ type: 'choice', do: 'choose', option });
  const enter = (value: number): Decision => world.act({ type: 'number', do: 'enter', value });
  const write = (text: string): Decision => world.act({ type: 'text', do: 'enter', text, entry: 'typed' });
  beforeEach(toFinish);

  it('judges the list when all is answered; a slip can be put right until then', () => {
    check('clean', false);
    check('clean', true);
    expect(types(check('dry'))).toEqual(['check.recorded', 'step.passed', 'step.started']);
  });
  it('check.not-ok holds at once without retries, and names each item', () => {
    check('clean', false);
    expect(types(check('dry', false))).toEqual(['check.recorded', 'step.failed', 'unit.held', 'execution.stopped']);
    const execution = [...world.executions.values()][0];
    expect(execution?.failure?.reasons.map((r) => r.code)).toEqual(['check.not-ok', 'check.not-ok']);
    expect(execution).toMatchObject({ status: 'stopped', stopCause: 'held' });
    expect(world.units.get('P-0004')?.holds[0]).toMatchObject({ operationId: '20', stepId: 'look', reason: '' });
    const again = world.do({ type: 'execution.start', serial: 'P-0004' });
    expect(!again.ok && again.reasons.find(({ code }) => code === 'unit.held')?.params['reason']).toEqual({
      en: 'look',
      de: 'look (de)',
    });
  });
  it('input.invalid, choice.unknown, choice.rejected', () => {
    expect(codes(check('nothing'))).toEqual(['input.invalid']);
    check('clean');
    check('dry');
    expect(codes(choose('green'))).toEqual(['choice.unknown']);
    choose('white');
    expect(world.open()?.failure?.reasons[0]?.code).toBe('choice.rejected');
    world.retry();
    expect(types(choose('black'))).toContain('step.passed');
  });
  it('number: absurd and too fine ones are refused, limits judge the rest; the retries run out', () => {
    check('clean');
    check('dry');
    choose('black');
    expect(codes(enter(101))).toEqual(['value.implausible']);
    expect(codes(enter(1.25))).toEqual(['value.too-many-decimals']);
    expect(codes(enter(Number.NaN))).toEqual(['value.not-a-number']);
    expect(types(enter(2.6))).toEqual(['number.recorded', 'step.failed']);
    world.retry();
    expect(types(enter(2.6))).toEqual(['number.recorded', 'step.failed', 'unit.held', 'execution.stopped']);
  });
  it('text: counted as people count; the last step completes the run', () => {
    check('clean');
    check('dry');
    choose('black');
    enter(2.5);
    const long = write('12345678901');
    expect(long.ok || long.reasons).toEqual([{ code: 'value.text-too-long', params: { length: 11, limit: 10 } }]);
    expect(types(write('👍👍👍👍👍👍👍👍👍👍'))).toEqual(['text.recorded', 'step.passed', 'execution.passed']);
  });
  it('value.text-missing where it may not be left empty', async () => {
    const { text } = await import('./text/kind.ts');
    const def = {
      id: 'x',
      type: 'text',
      title: { en: 'x', de: 'x' },
      maxLength: 5,
      optional: false,
    } as const;
    const acted = text.act(def, text.initial(), { type: 'text', do: 'enter', text: '  ', entry: 'typed' }, {} as never);
    expect(acted.ok || acted.reasons.map((r) => r.code)).toEqual(['value.text-missing']);
  });
});

it('the last operation of the routing completes the unit and counts in its order', () => {
  world.stationId = 'ST20';
  world.do({ type: 'execution.start', serial: 'P-0005' });
  expect(types(world.act({ type: 'instruction', do: 'confirm' }))).toEqual([
    'instruction.confirmed',
    'step.passed',
    'execution.passed',
    'unit.completed',
  ]);
  expect(world.units.get('P-0005')).toMatchObject({ status: 'done', completedAt: startAt });
  expect(world.orders.get('WO-1')?.unitsDone).toBe(1);
});
