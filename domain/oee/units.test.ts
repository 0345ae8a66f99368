/** What became of units told as pieces, and laid over a machine's time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import { machineFileSchema } from '#contract/config/machines.ts';
import type { MadeUnit } from '#contract/rpc/oee.ts';
import { catalogueOf } from '#domain/catalogue.ts';
import { testConfiguration } from '#domain/test-kit.ts';
import { countsDiffer, figuresOf, isBehind, isUnitBehind } from './figures.ts';
import { addSums, sumOf } from './sums.ts';
import { at, count, handShift } from './test-shift.ts';
import { timeModel } from './time-model.ts';
import { madeUnits, operationsOnMachine, type EndedRun, type UnitHistory } from './units.ts';
import { waterfall } from './waterfall.ts';

const run = (time: string, more: Partial<EndedRun> = {}): EndedRun => ({
  executionId: `run-${time}`,
  serial: 'S1',
  operationId: 'press',
  definition: { id: 'PMP-100', revision: 'A', hash: 'x' } as EndedRun['definition'],
  status: 'passed',
  stopCause: null,
  endedAt: at(time),
  ...more,
});
const plain: UnitHistory = { scrappedAt: null, reworks: [], holds: [], otherRuns: [], scrapFoundAt: [] };
const order = (reworkId: string, time: string, ends: string[]): UnitHistory['reworks'][number] => ({
  reworkId,
  nonconformanceId: 'nc',
  kind: 'rework',
  operations: [ends[0] ?? ''],
  ends,
  stationId: 'ST30',
  at: at(time),
});
const elsewhere = (operationId: string, time: string): UnitHistory['otherRuns'][number] => ({
  executionId: `there-${time}`,
  operationId,
  stationId: 'ST30',
  startedAt: at(time) - 60_000,
  ended: { at: at(time), how: 'passed' },
});
const fates = (runs: readonly EndedRun[], unit: Partial<UnitHistory> = {}): string[] =>
  madeUnits(runs, { ...plain, ...unit }, ({ operationId }) => operationId === 'press').map(
    ({ fate, first, firstPassed, scrappedElsewhere }) =>
      [fate, first && 'first', firstPassed && 'GP', scrappedElsewhere && 'elsewhere'].filter(Boolean).join(' '),
  );
const stopped = (time: string, stopCause: EndedRun['stopCause']): EndedRun =>
  run(time, { status: 'stopped', stopCause });

describe('what became of a unit', () => {
  it('is one of good, scrap, rework and waiting for each run that was worked to its end', () => {
    expect(fates([run('07:00')])).toEqual(['good first GP']);
    expect(fates([stopped('07:00', 'held')])).toEqual(['waiting first']);
    // Given up makes no piece; the run after it is the first.
    expect(fates([stopped('07:00', 'given-up'), run('08:00')])).toEqual(['good first GP']);
    // Failed, let go on, and passed at the second run.
    expect(fates([stopped('07:00', 'held'), run('08:00')])).toEqual(['rework first', 'good']);
    expect(fates([stopped('07:00', 'scrapped')], { scrappedAt: at('07:00') })).toEqual(['scrap first']);
    expect(fates([stopped('07:00', 'held')], { scrappedAt: at('09:00') })).toEqual(['scrap first']);
    // Other operations of the station are not on the machine.
    expect(fates([run('07:00'), run('08:00', { operationId: 'leak-test' })])).toEqual(['good first GP']);
  });

  it('rework: an order that the run did not know ends it, also where it was ordered for an operation before', () => {
    const reworks = [order('r1', '09:00', ['press', 'test'])];
    expect(fates([run('07:00')], { reworks })).toEqual(['rework first']);
    expect(fates([run('07:00'), run('10:00', { reworks: ['r1'] })], { reworks })).toEqual(['rework first', 'good']);
    expect(fates([run('07:00')], { reworks: [order('r1', '09:00', ['test'])] })).toEqual(['good first GP']);
    // First seen here as rework: it was inspected before, somewhere else.
    expect(fates([run('10:00', { reworks: ['r1'] })], { reworks })).toEqual(['good']);
    expect(fates([run('10:00')], { otherRuns: [elsewhere('press', '08:00')] })).toEqual(['good']);
    expect(fates([run('07:00')], { otherRuns: [elsewhere('press', '08:00')] })).toEqual(['rework first']);
    // Reworked, and scrapped then: the first was rework, the second is scrap. One unit, never two pieces of scrap.
    const runs = [run('07:00'), run('10:00', { reworks: ['r1'] })];
    expect(fates(runs, { reworks, scrappedAt: at('11:00') })).toEqual(['rework first', 'scrap']);
    expect(fates([run('07:00')], { reworks, scrappedAt: at('11:00') })).toEqual(['scrap first']);
  });

  it('scrap counts where its fault was found', () => {
    const scrappedAt = at('12:00');
    expect(fates([run('07:00')], { scrappedAt })).toEqual(['scrap first']);
    const otherRuns = [elsewhere('test', '09:00')];
    expect(fates([run('07:00')], { scrappedAt, otherRuns })).toEqual(['good first GP elsewhere']);
    expect(fates([run('07:00')], { scrappedAt, otherRuns, scrapFoundAt: ['press'] })).toEqual(['scrap first']);
    expect(fates([run('07:00')], { scrappedAt, scrapFoundAt: ['test'] })).toEqual(['good first GP elsewhere']);
    expect(fates([run('07:00')], { scrappedAt, scrapFoundAt: [null] })).toEqual(['scrap first']);
  });

  it('waits while it is on hold and has not gone on, and says when it was told', () => {
    const hold = { at: at('08:00'), liftedAt: null };
    expect(fates([run('07:00')], { holds: [hold] })).toEqual(['waiting first']);
    const otherRuns = [elsewhere('test', '07:50')];
    expect(fates([run('07:00')], { holds: [hold], otherRuns })).toEqual(['good first GP']);
    const told = (unit: Partial<UnitHistory>): number | undefined =>
      madeUnits([run('07:00')], { ...plain, ...unit }, () => true)[0]?.toldAt;
    expect(told({})).toBe(at('07:00'));
    expect(told({ holds: [hold] })).toBe(at('08:00'));
    expect(told({ holds: [{ ...hold, liftedAt: at('09:00') }] })).toBe(at('09:00'));
    expect(told({ scrappedAt: at('13:00') })).toBe(at('13:00'));
    expect(told({ reworks: [order('r1', '09:00', ['press'])] })).toBe(at('09:00'));
  });
});

const unit = (
  time: number,
  fate: MadeUnit['fate'],
  first = true,
  firstPassed = first && fate === 'good',
): MadeUnit => ({
  serial: `S-${time}`,
  executionId: `E-${time}`,
  operationId: 'press',
  definitionId: 'PMP-100',
  at: time,
  fate,
  toldAt: time,
  first,
  firstPassed,
  scrappedElsewhere: false,
});

describe('which runs are on a machine', () => {
  const machine = (id: string, state: object, station = 'ST10') =>
    machineFileSchema.parse({ schema: 'linewright/machine@1', id, title: { en: id, de: id }, station, state });
  const press = machine('press', { from: 'packml', state: 'press.state' });
  const bench = machine('bench', { from: 'hand' });
  const of = (machines: NonNullable<Configuration['machines']>, which: typeof press) =>
    operationsOnMachine(which, catalogueOf({ ...testConfiguration(), machines }));

  it('those with a cycle on its device; all of its station where no operation has one and it is the only machine there', () => {
    const cycles = ['A', 'B', '0'].map((revision) => ['PUMP', revision, '10']);
    expect(of([press], press)).toEqual(cycles);
    expect(of([bench], bench)).toBe('all');
    expect(of([press, bench], bench)).toEqual([]);
    expect(of([press, bench], press)).toEqual(cycles);
  });
});

describe('units over a machine’s time', () => {
  const units = [
    unit(at('06:30'), 'good'),
    unit(at('07:10'), 'scrap'),
    unit(at('08:00'), 'rework'),
    unit(at('10:00'), 'good', false),
    unit(at('11:00'), 'waiting'),
  ];

  it('where the counter does not judge, the units do: 600 counted, one scrap, one rework, one waiting', () => {
    const counts = handShift.counts.map((one) => ({ ...one, scrap: null }));
    const spans = timeModel({ ...handShift, counts, units, counter: 'produced' });
    const sums = sumOf(spans);
    const figures = figuresOf(sums);
    expect(sums).toMatchObject({
      produced: 600,
      good: 597,
      scrap: 1,
      startupScrap: 1,
      judged: 0,
      byUnits: 0,
      unitsMade: 5,
    });
    expect(figures['quality-ratio'].value).toBeCloseTo(597 / 600, 12);
    expect(figures['scrap-ratio'].value).toBeCloseTo(1 / 600, 12);
    expect(figures['rework-ratio'].value).toBe(1 / 5);
    expect(figures['first-pass-yield'].value).toBe(1 / 4);
    expect(figures['quality-ratio'].terms.map(({ source }) => source)).toEqual([
      { from: 'pieces', of: 'good', by: 'units' },
      { from: 'pieces', of: 'produced', by: 'counter' },
    ]);
    // The waterfall ends where OEE does.
    const good = waterfall(sums).at(-1)?.ms ?? 0;
    expect(good / (425 * 60_000)).toBeCloseTo(figures.oee.value ?? 0, 12);
    const gp = figures['first-pass-yield'].terms[0];
    expect(gp && units.filter((one) => isUnitBehind(one, gp.source)).length).toBe(gp?.value);
    expect(gp && spans.filter((span) => isBehind(span, gp.source))).toHaveLength(1);
  });

  it('a counter that judges goes on to; units tell first pass yield and rework beside it', () => {
    const sums = sumOf(timeModel({ ...handShift, units, counter: 'judged' }));
    expect(sums).toMatchObject({ produced: 600, good: 580, scrap: 20, judged: 600, unitsMade: 5, unitsScrap: 1 });
    const figures = figuresOf(sums);
    expect(countsDiffer(sums)).toBe(true);
    expect([599, 600, 601, 602].map((unitsMade) => countsDiffer({ ...sums, unitsMade }))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(countsDiffer({ ...sums, unitsMade: 0 })).toBe(false);
    expect(figures['quality-ratio'].terms[0]?.source).toEqual({ from: 'pieces', of: 'good', by: 'counter' });
    expect(figures['first-pass-yield'].value).toBe(1 / 4);
  });

  it('without a counter the units are the pieces', () => {
    const sums = sumOf(timeModel({ ...handShift, counts: [], units, counter: 'nothing' }));
    expect(countsDiffer(sums)).toBe(false);
    expect(sums).toMatchObject({ produced: 5, good: 2, scrap: 1, byUnits: 5, unitsRework: 1, unitsWaiting: 1 });
    const figures = figuresOf(sums);
    expect(figures['quality-ratio'].value).toBe(2 / 5);
    expect(figures['quality-ratio'].terms[1]?.source).toMatchObject({ by: 'units' });
    expect(figures['quality-ratio'].terms.map(({ value }) => value)).toEqual([2, 5]);
  });

  it('adds up however the time is cut', () => {
    const instant = fc.integer({ min: at('06:00') + 1, max: at('14:00') });
    const arbitrary = fc.record({
      units: fc.array(fc.tuple(instant, fc.constantFrom('good', 'scrap', 'rework', 'waiting'), fc.boolean()), {
        maxLength: 40,
      }),
      cuts: fc.array(instant, { maxLength: 12 }),
      counter: fc.constantFrom('judged', 'produced', 'nothing'),
      counted: fc.boolean(),
    });
    fc.assert(
      fc.property(arbitrary, ({ units: drawn, cuts, counter, counted }) => {
        const made = drawn.map(([time, fate, first]) => unit(time, fate, first)).sort((a, b) => a.at - b.at);
        const counts = counted
          ? handShift.counts.map((one) => (counter === 'judged' ? one : { ...one, scrap: null }))
          : [count(at('06:10'), at('06:10') + 1, 1, 0, { scrap: null })];
        const slices = handShift.slices.map((each) => ({ ...each, endAt: each.endAt ?? handShift.to }));
        const input = { ...handShift, slices, counts, units: made, counter };
        const whole = sumOf(timeModel(input));
        const edges = [...new Set([handShift.from, ...cuts, handShift.to])].sort((a, b) => a - b);
        const parts = edges.slice(1).map((to, n) => sumOf(timeModel({ ...input, from: edges[n] ?? 0, to })));
        expect(addSums(parts)).toEqual(whole);
        expect(whole.unitsMade).toBe(made.length);
        if (counter === 'nothing') expect(whole.byUnits).toBe(made.length);
        const { produced, good, scrap, unitsRework, unitsWaiting } = whole;
        expect(produced - good - scrap).toBe(counter === 'judged' ? 0 : unitsRework + unitsWaiting);
      }),
      { numRuns: 60 },
    );
  });
});
