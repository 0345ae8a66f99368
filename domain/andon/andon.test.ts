import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event, type DomainEvent } from '#contract/events/index.ts';
import { machineStates } from '#contract/machine-state.ts';
import { callBodySchema } from '#contract/sync/down.ts';
import { asHappened, type Happened } from '#domain/happened.ts';
import { startAt, World } from '#domain/test-kit.ts';
import { calledRoles, evolveCall, isCallOpen, isRaised, joinCalls, levelOf, noCall, type CallPart } from './call.ts';
import { dueEscalations, nextEscalationAt } from './escalate.ts';
import { lamps, stackLight } from './light.ts';
import { andonConfiguration, minuteMs, testAndon } from './test-plan.ts';

const world = (who: string | null = 'mara'): World => {
  const made = new World(andonConfiguration());
  if (who !== null) signIn(made, who);
  return made;
};
const signIn = (in_: World, who: string): void => {
  in_.do({ type: 'operator.sign-in', badge: `BDG-${who}`, pin: 'none', entry: 'scanned' });
};
const raise = (in_: World, kind = 'maintenance'): ReturnType<World['do']> =>
  in_.do({ type: 'call.raise', kind, note: '', machineId: null, stopId: null });
const idOf = (in_: World): string => in_.andon.open()[0]!.callId;
const reasons = (decision: ReturnType<World['do']>): readonly string[] =>
  decision.ok ? [] : decision.reasons.map(({ code }) => code);

describe('a call for help', () => {
  it('names the unit in work, its order, and who is called', () => {
    const in_ = world();
    in_.do({ type: 'execution.start', serial: 'P-0001' });
    expect(raise(in_)).toMatchObject({
      ok: true,
      events: [
        {
          type: 'call.raised',
          body: { kind: 'maintenance', role: 'controls-engineer', serial: 'P-0001', orderId: 'WO-1' },
        },
      ],
    });
    expect(calledRoles(in_.andon.open()[0]!)).toEqual(['controls-engineer']);
  });

  it('is possible with nobody signed in: the station calls', () => {
    const in_ = world(null);
    expect(raise(in_).ok).toBe(true);
    expect(in_.andon.open()[0]?.raised.by).toEqual({ kind: 'system' });
  });

  it('of the same kind is the one that is open; another kind is another call', () => {
    const in_ = world();
    raise(in_);
    expect(raise(in_)).toEqual({ ok: true, events: [], value: { callId: idOf(in_) } });
    raise(in_, 'quality');
    expect(in_.andon.open()).toHaveLength(2);
    in_.do({ type: 'call.close', callId: idOf(in_), outcome: 'helped', note: '' });
    raise(in_);
    expect(in_.andon.open()).toHaveLength(2);
    expect(in_.andon.all.size).toBe(3);
  });

  it('of a kind that andon.yaml does not have is refused', () => {
    expect(reasons(raise(world(), 'coffee'))).toEqual(['call.kind-unknown']);
  });

  it('is answered once: the same person again changes nothing, another one is told who comes', () => {
    const in_ = world();
    raise(in_);
    const callId = idOf(in_);
    signIn(in_, 'engineer');
    expect(in_.do({ type: 'call.answer', callId, note: 'coming' }).ok).toBe(true);
    expect(in_.do({ type: 'call.answer', callId, note: '' })).toEqual({ ok: true, events: [] });
    signIn(in_, 'nopin');
    const refused = in_.do({ type: 'call.answer', callId, note: '' });
    expect(refused).toMatchObject({
      ok: false,
      reasons: [{ code: 'call.answered-already', params: { by: 'ENGINEER', answeredAt: startAt } }],
    });
  });

  it('is answered by somebody who is signed in, and is known', () => {
    const in_ = world(null);
    raise(in_);
    const answered = in_.do({ type: 'call.answer', callId: idOf(in_), note: '' });
    expect(reasons(answered)).toEqual(['operator.nobody']);
    expect(reasons(in_.do({ type: 'call.answer', callId: 'x', note: '' }))).toEqual([
      'operator.nobody',
      'call.unknown',
    ]);
  });

  it('can be taken back where it was made by anybody as long as nobody comes; then only by name', () => {
    const in_ = world(null);
    raise(in_);
    in_.stationId = 'ST20';
    const elsewhere = in_.do({ type: 'call.close', callId: idOf(in_), outcome: 'not-needed', note: '' });
    expect(reasons(elsewhere)).toEqual(['operator.nobody']);
    in_.stationId = 'ST10';
    const helped = in_.do({ type: 'call.close', callId: idOf(in_), outcome: 'helped', note: '' });
    expect(reasons(helped)).toEqual(['operator.nobody']);
    expect(in_.do({ type: 'call.close', callId: idOf(in_), outcome: 'not-needed', note: '' }).ok).toBe(true);
    raise(in_);
    const callId = idOf(in_);
    signIn(in_, 'engineer');
    in_.do({ type: 'call.answer', callId, note: '' });
    in_.do({ type: 'operator.sign-out' });
    expect(reasons(in_.do({ type: 'call.close', callId, outcome: 'not-needed', note: '' }))).toEqual([
      'operator.nobody',
    ]);
    signIn(in_, 'mara');
    expect(in_.do({ type: 'call.close', callId, outcome: 'helped', note: 'sensor' }).ok).toBe(true);
    expect(reasons(in_.do({ type: 'call.close', callId, outcome: 'helped', note: '' }))).toEqual([
      'call.closed-already',
    ]);
  });

  it('closed at another station is written here too, once', () => {
    const in_ = world();
    raise(in_);
    const call = in_.andon.open()[0]!;
    const closed = { outcome: 'helped' as const, note: '', at: 5, by: { kind: 'system' as const }, stationId: 'ST20' };
    const follow = () => in_.do({ type: 'call.follow', callId: call.callId, heard: { ...call, closed } });
    expect(follow()).toMatchObject({
      events: [{ type: 'call.closed', body: { elsewhere: { at: 5, stationId: 'ST20' } } }],
    });
    expect(follow()).toEqual({ ok: true, events: [] });
    expect(in_.andon.call(call.callId)?.closed).toEqual(closed);
  });
});

describe('escalation', () => {
  const kind = testAndon().calls[2]!;
  const { plant } = andonConfiguration();
  const call = (more: Partial<Omit<CallPart, 'raised'>> = {}) => {
    const in_ = world();
    raise(in_);
    return { ...in_.andon.open()[0]!, ...more };
  };
  const at = (minutes: number): number => startAt + minutes * minuteMs;
  const levels = (minutes: number, more: Partial<Omit<CallPart, 'raised'>> = {}): readonly number[] =>
    dueEscalations(call(more), at(minutes), kind, plant).map(({ level }) => level);
  const told = (...of: number[]): Partial<Omit<CallPart, 'raised'>> => ({
    escalated: of.map((level) => ({ level, role: 'x', at: 1, stationId: 'ST10' })),
  });

  it('comes by time; one whose shift is not on waits, those above do not wait for it', () => {
    expect(levels(4.99)).toEqual([]);
    expect(levels(5)).toEqual([1]);
    expect(levels(12, told(1))).toEqual([]);
    expect(levels(21)).toEqual([1, 3]);
    // 14:00: the late shift begins.
    expect(levels(359, told(1, 3))).toEqual([]);
    expect(levels(360, told(1, 3))).toEqual([2]);
  });

  it('ends with the answer or the closing, and with the kind', () => {
    const by = { at: 1, by: { kind: 'system' as const }, stationId: 'ST20' };
    expect(levels(30, { answered: { note: '', ...by } })).toEqual([]);
    expect(levels(30, { closed: { outcome: 'helped', note: '', ...by } })).toEqual([]);
    expect(dueEscalations(call(), at(30), null, plant)).toEqual([]);
  });

  it('says when to look again: whoever looks then, and only then, misses none', () => {
    const next = (minutes: number, more: Partial<Omit<CallPart, 'raised'>> = {}): number | null =>
      nextEscalationAt(call(more), at(minutes), kind, plant);
    expect(next(0)).toBe(at(5));
    expect(next(5, told(1))).toBe(at(10));
    expect(next(10, told(1))).toBe(at(20));
    expect(next(20, told(1, 3))).toBe(at(360));
    expect(next(400, told(1, 2, 3))).toBe(null);
  });

  it('is told once by the station that raised it, also after a long time off', () => {
    const in_ = world();
    raise(in_);
    const callId = idOf(in_);
    in_.now = at(25);
    in_.stationId = 'ST20';
    expect(in_.do({ type: 'call.escalate', callId })).toEqual({ ok: true, events: [] });
    in_.stationId = 'ST10';
    expect(in_.do({ type: 'call.escalate', callId }, { kind: 'system' })).toMatchObject({
      events: [{ body: { level: 1, role: 'line-lead' } }, { body: { level: 3, role: 'process-engineer' } }],
    });
    expect(in_.do({ type: 'call.escalate', callId })).toEqual({ ok: true, events: [] });
    expect(levelOf(in_.andon.open()[0]!)).toBe(3);
  });
});

describe('what is told of a call by several', () => {
  const id = 'CA-1';
  const happened = (body: DomainEvent, when: number, stationId: string): Happened =>
    asHappened(body, { at: when, stationId, actor: { kind: 'person', id: `of ${stationId}` } });
  const folded = (facts: readonly Happened[]): CallPart =>
    facts.reduce<CallPart>((part, each) => evolveCall(part, each) ?? part, noCall(id));
  const raised = happened(
    event('call.raised', {
      callId: id,
      kind: 'material',
      title: { en: 'Material', de: 'Material' },
      role: 'operator',
      machineId: null,
      serial: null,
      orderId: null,
      stopId: null,
      note: '',
    }),
    1,
    'ST10',
  );
  const others = fc
    .array(
      fc.tuple(
        fc.integer({ min: 2, max: 5 }),
        fc.constantFrom('ST10', 'ST20', '@plant'),
        fc.oneof(
          fc.record({ what: fc.constant('answered' as const), note: fc.constantFrom('a', 'b') }),
          fc.record({ what: fc.constant('escalated' as const), level: fc.integer({ min: 1, max: 3 }) }),
          fc.record({ what: fc.constant('closed' as const), outcome: fc.constantFrom('helped', 'not-needed') }),
          fc.record({ what: fc.constant('ticketed' as const), state: fc.constantFrom('accepted', 'in-work', 'done') }),
        ),
      ),
      { maxLength: 8 },
    )
    .map((made) => [
      raised,
      ...made.map(([when, stationId, told]) => {
        switch (told.what) {
          case 'answered':
            return happened(event('call.answered', { callId: id, note: told.note }), when, stationId);
          case 'escalated':
            return happened(event('call.escalated', { callId: id, level: told.level, role: 'x' }), when, stationId);
          case 'closed':
            return happened(
              event('call.closed', { callId: id, outcome: told.outcome, note: '', elsewhere: null }),
              when,
              stationId,
            );
          case 'ticketed':
            return happened(
              event('call.ticketed', { callId: id, state: told.state, ticket: null, text: '' }),
              when,
              stationId,
            );
        }
      }),
    ]);

  it('comes to the same in every order, in parts, and twice', () => {
    fc.assert(
      fc.property(others, fc.array(fc.nat()), fc.nat(), (facts, keys, cut) => {
        const all = folded(facts);
        const shuffled = facts
          .map((fact, index) => ({ fact, key: keys[index % Math.max(keys.length, 1)] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ fact }) => fact);
        expect(folded(shuffled)).toEqual(all);
        const half = cut % (facts.length + 1);
        expect(joinCalls(folded(facts.slice(0, half)), folded(facts.slice(half)))).toEqual(all);
        expect(joinCalls(all, all)).toEqual(all);
        expect(isRaised(all) && callBodySchema.parse(all)).toEqual(all);
        expect(isCallOpen(all)).toBe(!facts.some(({ type }) => type === 'call.closed'));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the stack light', () => {
  const quiet = { states: [], work: null, signal: false, calls: [] } as const;
  const lit = (input: Partial<Parameters<typeof stackLight>[0]>): readonly string[] => {
    const light = stackLight({ ...quiet, ...input });
    return lamps.flatMap((lamp) => {
      const state = light.lamps[lamp];
      return state === 'off' ? [] : [state === 'blink' ? `${lamp} blinks` : lamp];
    });
  };

  it.each([
    ['producing', ['green']],
    ['setup', ['amber']],
    ['waiting', ['white']],
    ['starved', ['amber']],
    ['blocked', ['amber']],
    ['held', ['amber']],
    ['fault', ['red']],
    ['maintenance', ['amber']],
    ['off', []],
    ['no-data', []],
  ] as const)('of a machine that is %s: %j', (state, expected) => {
    expect(lit({ states: [state] })).toEqual(expected);
    expect(stackLight({ ...quiet, states: [state] }).unknown).toBe(state === 'no-data');
  });

  it('a machine that waits while a unit is in work is waited for', () => {
    expect(lit({ states: ['waiting'], work: 'in-work' })).toEqual(['amber']);
  });

  it('the worst of several machines counts; without machines the station’s own work', () => {
    expect(lit({ states: ['producing', 'fault', 'starved'] })).toEqual(['red']);
    expect(lit({ states: ['producing', 'no-data'] })).toEqual(['green']);
    expect(lit({ work: 'in-work' })).toEqual(['green']);
    expect(lit({ work: 'failed' })).toEqual(['amber']);
    expect(lit({ work: 'free' })).toEqual(['white']);
    expect(stackLight(quiet).unknown).toBe(true);
  });

  it('an open signal is a warning beside green and takes the place of free', () => {
    expect(lit({ states: ['producing'], signal: true })).toEqual(['amber', 'green']);
    expect(lit({ states: ['waiting'], signal: true })).toEqual(['amber']);
  });

  it('blue blinks until every call is answered', () => {
    expect(lit({ work: 'free', calls: [{ answered: true }, { answered: false }] })).toEqual(['blue blinks', 'white']);
    expect(lit({ work: 'free', calls: [{ answered: true }] })).toEqual(['blue', 'white']);
  });

  it('is told for every combination, and at most one of red, green and white is lit', () => {
    const state = fc.constantFrom(...machineStates);
    const work = fc.constantFrom('in-work' as const, 'failed' as const, 'free' as const, null);
    fc.assert(
      fc.property(fc.array(state, { maxLength: 3 }), work, fc.boolean(), (states, at, signal) => {
        const light = stackLight({ states, work: at, signal, calls: [] });
        expect(['red', 'green', 'white'].filter((lamp) => light.lamps[lamp as 'red'] !== 'off').length).toBeLessThan(2);
        expect(light.lamps.red === 'on').toBe(states.includes('fault'));
      }),
    );
  });
});
