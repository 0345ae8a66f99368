import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineStates } from '#contract/machine-state.ts';
import type { OeeSpan } from '#contract/rpc/oee.ts';
import { piecesIn } from '#domain/machines/counted.ts';
import { calendarSpans, clockHours } from './calendar.ts';
import { figuresOf, isBehind, type FigureId } from './figures.ts';
import { boardOf, countdownMs } from './pace.ts';
import { paretoOf } from './pareto.ts';
import { addSums, plannedBusyMs, sumOf } from './sums.ts';
import { at, count, handShift, noOrder, order, part, place, plan, rate, slice } from './test-shift.ts';
import { timeModel, type TimeModelInput } from './time-model.ts';
import { bigLossesOf, waterfall } from './waterfall.ts';
import { whatIf } from './what-if.ts';

const minute = 60_000;
const clock = (ms: number): string => new Date(ms + 3_600_000).toISOString().slice(11, 16);

/*
 * The early shift of 25 November 2026, calculated by hand. Minutes.
 *
 *   from   to     machine    calendar       said            element   loss
 *   06:00  07:00  producing                                 APT    60
 *   07:00  07:20  setup                                     AUST   20  setup
 *   07:20  09:00  producing                                 APT   100
 *   09:00  09:15  waiting    break                          PDOT   15
 *   09:15  09:20  waiting                                   ADET    5  other (an order is on the machine)
 *   09:20  10:40  producing                                 APT    80
 *   10:40  10:50  fault                     mechanical      ADOT   10  breakdown
 *   10:50  11:05  fault                     no mechanic     ADET   15  other
 *   11:05  11:30  producing                                 APT    25
 *   11:30  11:31  waiting                                   ADET    1  minor stop (under two minutes)
 *   11:31  12:00  producing                                 APT    29
 *   12:00  12:10  producing  break                          APT    10  (worked through it)
 *   12:10  12:30  held       break                          PDOT   20
 *   12:30  12:50  no data                                   unknown 20
 *   12:50  13:10  starved                                   ADET   20  other
 *   13:10  13:30  producing                                 APT    20
 *   13:30  13:40  producing  maintenance                    APT    10
 *   13:40  14:00  off        maintenance                    PDOT   20
 *
 *   APT  60+100+80+25+29+10+20+10 = 334      AUST 20      ADET 5+15+1+20 = 41      ADOT 10
 *   unknown 20      PDOT 15+20+20 = 55       together 480
 *   PBT = 334+20+41+10+20 = 425     AUBT = 334+20+41 = 395     AUPT = 354
 *   pieces: 112 (of 130, 18 before six) +10+180+150+40+66+42 = 600, scrap 5+10+3+2 = 20, good 580
 *   ideal: 600 x 0.5 = 300, of the good 290, of the scrap in setup 2.5
 *   A = 334/425   E = 300/334   Q = 580/600   OEE = 290/425 = 68.2 %   NEE = 354/425 x 300/334 x 580/600 = 72.3 %
 *   classic: run 334+1 = 335, A = 335/425, P = 300/335, OEE = 290/425
 *   with an order: 480 less no data 20 and off 20 = 440, busy 395
 *   one failure: TTR 10, TBF 354+10 = 364
 */
const spans = timeModel(handShift);
const sums = sumOf(spans);

describe('a shift calculated by hand', () => {
  it('falls into the elements and losses of the table', () => {
    expect(
      spans.map(({ from, element, loss, because }) => `${clock(from)} ${element} ${loss ?? '-'} ${because}`),
    ).toEqual([
      '06:00 APT - state',
      '07:00 AUST setup state',
      '07:20 APT - state',
      '09:00 PDOT - calendar',
      '09:15 ADET other state',
      '09:20 APT - state',
      '10:40 ADOT breakdown reason',
      '10:50 ADET other reason',
      '11:05 APT - state',
      '11:30 ADET minor-stop short',
      '11:31 APT - state',
      '12:00 APT - state',
      '12:10 PDOT - calendar',
      '12:30 unknown - no-data',
      '12:50 ADET other state',
      '13:10 APT - state',
      '13:30 APT - state',
      '13:40 PDOT - calendar',
    ]);
    const inMinutes = Object.fromEntries(Object.entries(sums.ms).map(([name, ms]) => [name, ms / minute]));
    expect(inMinutes).toEqual({ APT: 334, AUST: 20, ADET: 41, ADOT: 10, PDOT: 55, unplanned: 0, unknown: 20 });
    expect(plannedBusyMs(sums) / minute).toBe(425);
    expect(sums.maintenanceMs / minute).toBe(20);
    expect(sums).toMatchObject({ produced: 600, good: 580, scrap: 20, startupScrap: 5, outside: 0, unrated: 0 });
    expect(sums.events).toEqual({ breakdown: 1, setup: 0, 'minor-stop': 1, other: 3 });
  });

  it('has the figures of the table, each with its definition and terms', () => {
    const figures = figuresOf(sums);
    const expected: Partial<Record<FigureId, number>> = {
      oee: 290 / 425,
      nee: (((354 / 425) * 300) / 334) * (580 / 600),
      availability: 334 / 425,
      effectiveness: 300 / 334,
      'quality-ratio': 580 / 600,
      utilisation: 334 / 395,
      'technical-efficiency': 334 / 375,
      'setup-ratio': 20 / 354,
      allocation: 395 / 440,
      throughput: (600 / 440) * 60,
      'scrap-ratio': 20 / 600,
      mtbf: (364 / 2) * minute,
      mttr: (10 / 2) * minute,
      'classic-availability': 335 / 425,
      'classic-performance': 300 / 335,
      'classic-quality': 580 / 600,
      'classic-oee': 290 / 425,
    };
    for (const [id, value] of Object.entries(expected)) {
      expect([id, figures[id as FigureId].value]).toEqual([id, expect.closeTo(value, 9)]);
      expect(figures[id as FigureId].definition).toBe(id.startsWith('classic') ? 'nakajima' : 'iso22400-2');
    }
    expect(figures['first-pass-yield']).toMatchObject({ value: null, reason: 'not-counted' });
    expect(figures['rework-ratio']).toMatchObject({ value: null, reason: 'not-counted' });
    const units = figuresOf({ ...sums, unitsMade: 600, unitsInspected: 60, unitsFirstPassed: 57, unitsRework: 3 });
    expect(units['first-pass-yield'].value).toBe(0.95);
    expect(units['rework-ratio'].value).toBe(3 / 600);
    // Each term of time is the sum of the spans behind it; each of events, their number.
    for (const { id, terms } of Object.values(figures))
      for (const { name, value, source } of terms) {
        const behind = spans.filter((span) => isBehind(span, source));
        const ms = behind.reduce((sum, { from, to }) => sum + to - from, 0);
        if (source.from === 'spans') expect([id, name, ms]).toEqual([id, name, value]);
        if (source.from === 'events') expect([id, name, behind.length]).toEqual([id, name, value]);
        if (source.from === 'pieces' && source.of === 'scrap')
          expect(behind.reduce((sum, { pieces }) => sum + pieces.scrap, 0)).toBe(value);
      }
  });

  it('falls from calendar time to good time; big losses and good time are the planned busy time', () => {
    expect(waterfall(sums).map(({ id, ms, left }) => [id, (ms ?? 0) / minute, (left ?? 0) / minute])).toEqual([
      ['calendar', 480, 480],
      ['unplanned', 0, 480],
      ['planned-downtime', 55, 425],
      ['unknown', 20, 405],
      ['down', 10, 395],
      ['delay', 40, 355],
      ['minor-stop', 1, 354],
      ['setup', 20, 334],
      ['speed', 34, 300],
      ['startup-reject', 2.5, 297.5],
      ['reject', 7.5, 290],
      ['good', 290, 290],
    ]);
    const { planned, ...losses } = bigLossesOf(sums);
    expect(Object.values(losses).reduce<number>((sum, ms) => sum + (ms ?? 0), 0)).toBe(planned);
  });

  it('what if: without the 10:40 stop, as if the machine had made pieces then, and as something else', () => {
    const stop = { by: 'stop', stopAt: at('10:40') } as const;
    const without = figuresOf(sumOf(whatIf(spans, stop, { kind: 'left-out' })));
    expect(without.oee.value).toBeCloseTo(290 / 400, 9);
    // 25 minutes more at 600 pieces in 334 minutes: availability rises, effectiveness and quality stay.
    const made = figuresOf(sumOf(whatIf(spans, stop, { kind: 'made' })));
    expect(made.availability.value).toBeCloseTo(359 / 425, 9);
    expect(made.effectiveness.value).toBeCloseTo(300 / 334, 9);
    expect(made.oee.value).toBeCloseTo((359 / 425) * (300 / 334) * (580 / 600), 9);
    const planned = figuresOf(sumOf(whatIf(spans, stop, { kind: 'as', category: 'planned' })));
    expect(planned.oee.value).toBeCloseTo(290 / 400, 9);
    const partOnly = sumOf(whatIf(spans, { by: 'part', partId: 'a' }, { kind: 'as', category: 'delay' }));
    expect([partOnly.ms.ADOT, partOnly.ms.ADET, partOnly.events.breakdown]).toEqual([0, 51 * minute, 0]);
    // A break in which it stood already stays a break; the stop begins after it.
    const late = sumOf(whatIf(spans, { by: 'stop', stopAt: at('09:15') }, { kind: 'made' }));
    expect([late.ms.PDOT / minute, late.ms.APT / minute]).toEqual([55, 339]);
  });

  it('Pareto by reason with cost', () => {
    const bars = paretoOf(spans, 90);
    expect(
      bars.map(({ key, ms, count: n, cost }) => [
        key.kind,
        'id' in key ? key.id : 'state' in key ? key.state : '',
        ms / minute,
        n,
        cost,
      ]),
    ).toEqual([
      ['setup', '', 20, 1, 30],
      ['unknown', '', 20, 1, 30],
      ['unexplained', 'starved', 20, 1, 30],
      ['reason', 'no-mechanic', 15, 1, 22.5],
      ['reason', 'mechanical', 10, 1, 15],
      ['unexplained', 'waiting', 5, 1, 7.5],
      ['minor-stops', '', 1, 1, 1.5],
    ]);
    expect(bars.at(-1)?.cumulated).toBeCloseTo(1, 12);
  });

  it('hour by hour: targets by takt of the planned time, also of what is ahead', () => {
    const now = at('10:20');
    const cuts = clockHours(at('06:00'), at('14:00'), plan.timeZone);
    const until = timeModel({ ...handShift, to: now, cuts, counts: handShift.counts.slice(0, 3) });
    const board = boardOf(until, calendarSpans(now, at('14:00'), plan, place), rate, plan.timeZone);
    expect(board.map(({ from, target, produced, state }) => [clock(from), target, produced, state])).toEqual([
      ['06:00', 90, 112, 'over'],
      ['07:00', 90, 82, 'over'],
      ['08:00', 90, 108, 'over'],
      ['09:00', 67.5, 0, 'over'],
      ['10:00', 90, 0, 'now'],
      ['11:00', 90, 0, 'ahead'],
      ['12:00', 45, 0, 'ahead'],
      ['13:00', 45, 0, 'ahead'],
    ]);
    const hour = board[4];
    expect([hour?.targetNow, hour?.targetSum, hour?.goodSum]).toEqual([30, 367.5, 297]);
    expect(board[1]?.worst).toMatchObject({ ms: 20 * minute });
    expect(countdownMs(at('10:19'), rate, now)).toBe(-20_000);
    expect(countdownMs(null, rate, now)).toBeNull();
  });
});

const alone = (input: Partial<TimeModelInput>): readonly OeeSpan[] =>
  timeModel({ ...handShift, slices: [], parts: [], counts: [], ...input });

describe('what a number cannot say', () => {
  it('a machine that stood all shift has an OEE of 0; one without rate, plan or data has a reason', () => {
    const stood = figuresOf(sumOf(alone({ slices: [slice(at('06:00'), null, 'fault')] })));
    expect(stood.oee).toMatchObject({ value: 0, reason: null });
    expect(stood['quality-ratio']).toMatchObject({ value: null, reason: 'nothing-made' });
    const unrated = figuresOf(sumOf(timeModel({ ...handShift, rateOf: () => null })));
    expect(unrated.oee).toMatchObject({ value: null, reason: 'no-rate' });
    expect(unrated.availability.value).toBeCloseTo(334 / 425, 9);
    expect(waterfall(sumOf(timeModel({ ...handShift, rateOf: () => null }))).at(-1)).toMatchObject({ ms: null });
    const sunday = [at('06:00') + 4 * 86_400_000, at('14:00') + 4 * 86_400_000] as const;
    const unplanned = figuresOf(
      sumOf(
        alone({
          from: sunday[0],
          to: sunday[1],
          calendar: calendarSpans(sunday[0], sunday[1], plan, place),
          slices: [slice(sunday[0], null, 'producing')],
          counts: [count(sunday[0], sunday[0] + 60_000, 2, 0)],
        }),
      ),
    );
    expect(unplanned.oee).toMatchObject({ value: null, reason: 'nothing-planned' });
    expect(unplanned.throughput.reason).toBeNull();
    expect(sumOf(alone({})).ms).toMatchObject({ unknown: 405 * minute });
  });

  it('faster than ideal is shown, not capped', () => {
    const fast = timeModel({ ...handShift, rateOf: () => ({ ...rate, cycleMs: 60_000 }) });
    expect(figuresOf(sumOf(fast)).effectiveness.value).toBeCloseTo(600 / 334, 9);
    expect(waterfall(sumOf(fast)).find(({ id }) => id === 'speed')?.ms).toBe(-266 * minute);
  });

  it('a waiting machine without an order is down, with one delayed', () => {
    const with_ = (context: typeof order): string | undefined =>
      alone({ slices: [slice(at('06:00'), null, 'waiting', context)] })[0]?.element;
    expect([with_(order), with_(noOrder)]).toEqual(['ADET', 'ADOT']);
  });

  it('a stop that began before the window is as long as it is, and begins once', () => {
    const input = {
      slices: [slice(at('05:50'), at('06:01'), 'fault'), slice(at('06:01'), null, 'producing')],
      calendar: calendarSpans(at('05:50'), at('14:00'), { ...plan, shifts: [] }, place),
    };
    const [first] = alone(input);
    expect(first).toMatchObject({ loss: 'breakdown', begins: null, stopAt: at('05:50') });
    const [whole] = alone({ ...input, from: at('05:50') });
    expect(whole).toMatchObject({ loss: 'breakdown', begins: 'breakdown' });
  });
});

describe('any stream', () => {
  const day = 86_400_000;
  const stream = fc.record({
    start: fc.integer({ min: -day, max: day }),
    lengths: fc.array(fc.integer({ min: 1, max: 4 * 3_600_000 }), { minLength: 1, maxLength: 30 }),
    states: fc.array(fc.constantFrom(...machineStates), { minLength: 30, maxLength: 30 }),
    ordered: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
    pieces: fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })), {
      minLength: 30,
      maxLength: 30,
    }),
    parts: fc.array(fc.constantFrom('delay', 'down', 'setup', 'planned', 'maintenance', 'production', null), {
      minLength: 30,
      maxLength: 30,
    }),
    from: fc.integer({ min: -day, max: day }),
    length: fc.integer({ min: 1, max: 2 * day }),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('tiles the time exactly, and sums add up however it is cut', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(stream, ({ start, lengths, states, ordered, pieces, parts, from, length, cut }) => {
        const edges = lengths.reduce<number[]>((all, ms) => [...all, (all.at(-1) ?? 0) + ms], [at('06:00') + start]);
        const slices = lengths.map((_, n) =>
          slice(edges[n] ?? 0, edges[n + 1] ?? 0, states[n] ?? 'off', ordered[n] === true ? order : noOrder),
        );
        const said = slices.flatMap((each, n) => {
          const category = parts[n];
          return category === undefined || each.state === 'producing'
            ? []
            : [part(`p${n}`, each.beganAt, each.endAt, category === null ? null : ['r', category, null])];
        });
        const counts = slices.map(({ beganAt, endAt }, n) => {
          const [a, b] = pieces[n] ?? [0, 0];
          return count(beganAt, endAt ?? 0, Math.max(a, b), Math.min(a, b));
        });
        const window = (a: number, b: number, cuts: readonly number[] = []): readonly OeeSpan[] =>
          timeModel({
            ...handShift,
            from: a,
            to: b,
            calendar: calendarSpans(Math.min(a, edges[0] ?? a), Math.max(b, edges.at(-1) ?? b), plan, place),
            slices,
            parts: said,
            counts: counts.filter((each) => each.to > a && each.from < b),
            cuts,
          });
        const [a, b] = [at('06:00') + from, at('06:00') + from + length];
        const all = window(a, b);
        expect([all[0]?.from, all.at(-1)?.to]).toEqual([a, b]);
        for (const [n, each] of all.entries()) {
          expect(each.to).toBeGreaterThan(each.from);
          if (n > 0) expect(each.from).toBe(all[n - 1]?.to);
        }
        const whole = sumOf(all);
        const told = piecesIn(counts, a, b);
        expect([whole.produced + whole.outside]).toEqual([told.produced]);
        const middle = a + Math.floor((b - a) * cut);
        const apart = addSums([sumOf(window(a, middle)), sumOf(window(middle, b))]);
        const hourly = window(a, b, clockHours(a, b, plan.timeZone));
        for (const other of [apart, sumOf(hourly)]) {
          expect(other.ms).toEqual(whole.ms);
          expect(other.lossMs).toEqual(whole.lossMs);
          expect(other.events).toEqual(whole.events);
          expect([other.produced, other.scrap, other.startupScrap, other.outside]).toEqual([
            whole.produced,
            whole.scrap,
            whole.startupScrap,
            whole.outside,
          ]);
        }
        const steps = waterfall(whole);
        expect(steps[0]?.ms).toBe(b - a);
        const { planned, ...losses } = bigLossesOf(whole);
        expect(Object.values(losses).reduce<number>((sum, ms) => sum + (ms ?? 0), 0)).toBeCloseTo(planned, 3);
        for (const { value, reason } of Object.values(figuresOf(whole)))
          expect(value === null ? reason !== null : Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
