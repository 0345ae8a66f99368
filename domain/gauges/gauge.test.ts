import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import { asHappened, type Happened } from '#domain/happened.ts';
import { acceptanceOf } from './acceptance.ts';
import { evolveGauge, joinGauges, newGauge, type GaugeBody } from './gauge.ts';

describe('guard band (ISO 14253-1)', () => {
  it('is 1.645 u at each limit for 95 %, and follows the probability; one limit alone is inset alone', () => {
    const gauge = { uncertainty: { expanded: 0.02, k: 2 }, resolution: 0.001 };
    const guarded = (probability: number): Pick<GaugeNeed, 'decision'> => ({
      decision: { rule: 'guarded', probability },
    });
    expect(acceptanceOf(gauge, guarded(0.95), { lower: 9.9, upper: 10.1 })).toEqual({
      rule: 'guarded',
      // 0.0164485, rounded up.
      lower: 9.9165,
      upper: 10.0835,
      guard: 0.0165,
    });
    // The quantile of 99 % is 2.326348 (any table of the normal distribution).
    expect(acceptanceOf(gauge, guarded(0.99), { lower: null, upper: 10 })).toMatchObject({
      lower: null,
      upper: 9.9767,
    });
    expect(acceptanceOf(gauge, { decision: { rule: 'simple' } }, { lower: 9.9, upper: 10.1 })).toEqual({
      rule: 'simple',
      lower: 9.9,
      upper: 10.1,
      guard: 0,
    });
  });
});

describe('the state over stations', () => {
  const at = (made: DomainEvent, when: number, stationId: string): Happened =>
    asHappened(made, { at: when, actor: { kind: 'person', id: 'tech' }, stationId });
  const master = { id: 'M-1', value: 10, tolerance: 0.01, unit: 'mm' };
  const check = (id: string, result: 'passed' | 'failed') =>
    event('gauge.checked', { checkId: id, gaugeId: 'G', master, readings: [], deviation: 0, result, shift: 's' });

  it('two that check at the same instant: the bad one counts', () => {
    const a = evolveGauge(null, at(check('a', 'failed'), 5, 'ST10'));
    const b = evolveGauge(null, at(check('b', 'passed'), 5, 'ST20'));
    if (a === null || b === null) throw new Error('none');
    expect(joinGauges(a, b).check).toMatchObject({ checkId: 'a' });
    expect(joinGauges(b, a)).toEqual(joinGauges(a, b));
  });

  it('property: whatever the order, and however often a thing is heard, it comes to the same', () => {
    const stationIds = fc.constantFrom('ST10', 'ST20', 'QB10');
    const made = fc.oneof(
      fc.tuple(fc.nat(30), fc.boolean()).map(([n, good]) => check(`c${n}`, good ? 'passed' : 'failed')),
      fc.nat(9).map((n) => event('gauge.condemned', { condemnationId: `d${n}`, gaugeId: 'G', reason: `r${n}` })),
      fc.nat(9).map((n) => event('gauge.returned', { gaugeId: 'G', reason: `r${n}` })),
      fc.tuple(fc.nat(9), fc.boolean()).map(([n, good]) =>
        event('gauge.calibrated', {
          calibrationId: `k${n}`,
          gaugeId: 'G',
          on: `2026-11-0${(n % 9) + 1}`,
          onAt: n * 1000,
          result: good ? 'passed' : 'failed',
          certificate: 'c',
          due: null,
          dueAt: null,
          asFound: null,
          note: '',
        }),
      ),
      fc
        .tuple(fc.nat(3), fc.subarray(['A', 'B', 'C']))
        .map(([n, units]) => event('gauge.recalled', { recallId: `r${n}`, gaugeId: 'G', since: 1, foundAt: n, units })),
    );
    // An id is given once: the same id with another content is not two things that happened.
    const idOf = ({ body }: DomainEvent): string => {
      const of = body as Record<string, unknown>;
      return String(of['checkId'] ?? of['condemnationId'] ?? of['calibrationId'] ?? Math.random());
    };
    const things = fc.uniqueArray(fc.record({ made, when: fc.nat(50), stationId: stationIds }), {
      selector: (each) =>
        `${each.made.type}${each.made.type === 'gauge.returned' || each.made.type === 'gauge.recalled' ? JSON.stringify(each) : idOf(each.made)}`,
      minLength: 1,
      maxLength: 90,
    });
    fc.assert(
      fc.property(things, fc.infiniteStream(fc.nat()), (all, chance) => {
        const parts = all.map((each) => evolveGauge(null, at(each.made, each.when, each.stationId)) ?? newGauge('G'));
        const forward = parts.reduce<GaugeBody>(joinGauges, newGauge('G'));
        const order = [...parts, ...parts.filter((_each, n) => n % 3 === 0)]
          .map((part) => ({ part, rank: chance.next().value }))
          .sort((a, b) => a.rank - b.rank);
        const shuffled = order.reduce<GaugeBody>((state, { part }) => joinGauges(state, part), newGauge('G'));
        expect(shuffled).toEqual(forward);
        const folded = all.reduce<GaugeBody | null>(
          (state, each) => evolveGauge(state, at(each.made, each.when, each.stationId)),
          null,
        );
        expect(folded).toEqual(forward);
      }),
      { numRuns: 100 },
    );
  });
});
