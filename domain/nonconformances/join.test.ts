/** What must hold of a nonconformance whatever was told of it, by whom, and in whatever order it was heard. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dispositionKinds } from '#contract/config/defects.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import { nonconformanceBodySchema } from '#contract/sync/down.ts';
import { asHappened, type Happened } from '#domain/happened.ts';
import {
  dispositionOf,
  evolveNonconformance,
  isRecorded,
  joinNonconformances,
  noNonconformance,
  quantityOf,
  serialsOf,
  shares,
  standingOf,
  strictness,
  type NonconformancePart,
} from './nonconformance.ts';

const id = 'NC-1';
const happened = (body: DomainEvent, at: number, stationId: string): Happened =>
  asHappened(body, { at, stationId, actor: { kind: 'person', id: `of ${stationId}` } });
const folded = (facts: readonly Happened[]): NonconformancePart =>
  facts.reduce<NonconformancePart>((part, each) => evolveNonconformance(part, each) ?? part, noNonconformance(id));

const recorded = (subject: Parameters<typeof event<'nonconformance.recorded'>>[1]['subject']): Happened =>
  happened(
    event('nonconformance.recorded', {
      nonconformanceId: id,
      defectId: 'scratch',
      severity: 'minor',
      definition: null,
      orderId: null,
      subject,
      operationId: null,
      executionId: null,
      stepId: null,
      mark: null,
      note: '',
    }),
    1,
    'ST10',
  );
const serials = ['P-1', 'P-2', 'P-3', 'P-4'];
const station = fc.constantFrom('ST10', 'ST20', '@plant');
const at = fc.integer({ min: 2, max: 6 });
const kind = fc.constantFrom(...dispositionKinds);

/** Facts of several stations about one nonconformance; ids are unlike, as those of a real log. */
const facts = (ofUnits: boolean): fc.Arbitrary<readonly Happened[]> =>
  fc
    .array(
      fc.tuple(
        at,
        station,
        fc.oneof(
          fc.record({
            what: fc.constant('disposed' as const),
            kind,
            some: fc.subarray(serials, { minLength: 1 }),
            n: fc.integer({ min: 1, max: 9 }),
          }),
          fc.record({
            what: fc.constant('amended' as const),
            kind,
            some: fc.subarray(serials),
            n: fc.integer({ min: 1, max: 12 }),
          }),
          fc.record({
            what: fc.constant('done' as const),
            kind,
            some: fc.subarray(serials, { minLength: 1 }),
            n: fc.integer({ min: 0, max: 7 }),
          }),
          fc.record({
            what: fc.constant('closed' as const),
            kind,
            some: fc.constant<string[]>([]),
            n: fc.constant<number>(0),
          }),
        ),
      ),
      { maxLength: 8 },
    )
    .map((all) => [
      recorded(
        ofUnits
          ? { kind: 'units', serials: ['P-1', 'P-2'] }
          : { kind: 'quantity', materialId: 'HSG', lot: 'L1', quantity: 7 },
      ),
      ...all.map(([when, where, fact], n) => happened(bodyOf(fact, n, ofUnits), when, where)),
    ]);

function bodyOf(
  fact: {
    what: 'disposed' | 'amended' | 'done' | 'closed';
    kind: (typeof dispositionKinds)[number];
    some: string[];
    n: number;
  },
  n: number,
  ofUnits: boolean,
): DomainEvent {
  switch (fact.what) {
    case 'disposed':
      return event('nonconformance.disposed', {
        nonconformanceId: id,
        dispositionId: `D-${n}`,
        kind: fact.kind,
        serials: ofUnits ? fact.some : [],
        quantity: ofUnits ? fact.some.length : fact.n,
        operations: [],
        reason: '',
        concession: null,
      });
    case 'amended':
      return event('nonconformance.amended', {
        nonconformanceId: id,
        amendmentId: `A-${n}`,
        note: 'x',
        photo: null,
        quantity: ofUnits ? null : fact.n,
        serials: ofUnits ? fact.some : [],
      });
    case 'done':
      return event('nonconformance.rework-done', {
        nonconformanceId: id,
        dispositionId: `D-${fact.n}`,
        serial: ofUnits ? (fact.some[0] ?? null) : null,
        note: '',
      });
    case 'closed':
      return event('nonconformance.closed', { nonconformanceId: id });
  }
}

describe.each([true, false])('of units: %s', (ofUnits) => {
  it('quantities always add up, and every unit ends in exactly one disposition, the strictest that was told of it', () => {
    fc.assert(
      fc.property(facts(ofUnits), (all) => {
        const nc = folded(all);
        if (!isRecorded(nc)) throw new Error('recorded');
        const counts = [...shares(nc).values()];
        const { waiting, quantity, status } = standingOf(nc);
        expect(counts.every((n) => n >= 0)).toBe(true);
        expect(waiting).toBeGreaterThanOrEqual(0);
        expect(counts.reduce((sum, n) => sum + n, waiting)).toBe(quantity);
        expect(quantity).toBe(quantityOf(nc));
        if (status !== 'open') expect(waiting).toBe(0);
        for (const serial of serialsOf(nc)) {
          const told = nc.disposed.filter((each) => each.serials.includes(serial));
          const counting = dispositionOf(nc, serial);
          expect(counting === null).toBe(told.length === 0);
          if (counting !== null)
            expect(strictness(counting.kind)).toBe(Math.max(...told.map((each) => strictness(each.kind))));
        }
      }),
      { numRuns: 400 },
    );
  });
  it('comes to the same in any order, with any of them twice, and folded apart and united', () => {
    fc.assert(
      fc.property(
        facts(ofUnits).chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }), fc.subarray([...all])),
        ),
        ([all, order, again]) => {
          const whole = folded(all);
          expect(folded([...order, ...again])).toEqual(whole);
          const of = (where: string): NonconformancePart => folded(all.filter(({ stationId }) => stationId === where));
          const [a, b, c] = [of('ST20'), of('ST10'), of('@plant')];
          expect(joinNonconformances(joinNonconformances(a, b), c)).toEqual(whole);
          expect(joinNonconformances(c, joinNonconformances(b, a))).toEqual(whole);
          expect(joinNonconformances(whole, a)).toEqual(whole);
        },
      ),
      { numRuns: 300 },
    );
  });
  it('can be told as a document', () => {
    fc.assert(
      fc.property(facts(ofUnits), (all) => nonconformanceBodySchema.safeParse(folded(all)).success),
      { numRuns: 100 },
    );
  });
});

describe('two stations at once', () => {
  const disposed = (dispositionId: string, kind: (typeof dispositionKinds)[number], stationId: string, when: number) =>
    happened(
      event('nonconformance.disposed', {
        nonconformanceId: id,
        dispositionId,
        kind,
        serials: ['P-1'],
        quantity: 1,
        operations: [],
        reason: '',
        concession: null,
      }),
      when,
      stationId,
    );
  it('the stricter counts though it came later, of equal ones the earlier; both are kept', () => {
    const first = recorded({ kind: 'units', serials: ['P-1'] });
    const nc = folded([first, disposed('D-1', 'use-as-is', 'ST10', 5), disposed('D-2', 'scrap', 'ST20', 9)]);
    expect(dispositionOf(nc, 'P-1')?.dispositionId).toBe('D-2');
    expect(nc.disposed).toHaveLength(2);
    const equal = folded([first, disposed('D-2', 'scrap', 'ST20', 9), disposed('D-1', 'scrap', 'ST10', 5)]);
    expect(dispositionOf(equal, 'P-1')?.dispositionId).toBe('D-1');
    expect([...shares(equal as never).entries()]).toEqual([
      ['D-1', 1],
      ['D-2', 0],
    ]);
  });
});
