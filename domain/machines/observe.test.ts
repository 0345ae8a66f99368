import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineFileSchema, type MachineFile } from '#contract/config/machines.ts';
import type { TagValue } from '#contract/reading.ts';
import { startAt, testConfiguration, World } from '#domain/test-kit.ts';
import { piecesIn } from './counted.ts';
import { Observer, settleMs } from './observe.ts';
import type { Baselines, SeenReading } from './tally.ts';
import { tile } from './series.ts';

const second = 1_000;
const machine = (more: object): MachineFile =>
  machineFileSchema.parse({
    schema: 'linewright/machine@1',
    id: 'm',
    title: { en: 'm', de: 'm' },
    station: 'ST10',
    state: { from: 'packml', state: 's' },
    ...more,
  });
const press = machine({
  counts: { produced: { tag: 'n', rollOver: 1_000 }, mostPerHour: 3_600, scrap: { tag: 'x' } },
  alarm: 'a',
});
const counter = machine({ state: { from: 'counter', idleAfterMs: 30_000 }, counts: { produced: { tag: 'n' } } });

/** An observer whose observations go into the log of a world; instants are seconds since the start. */
class Bench {
  readonly world: World;
  observer: Observer;
  readonly of: MachineFile;

  constructor(of: MachineFile, baselines: Baselines = { produced: null, judged: null }) {
    this.of = of;
    this.world = new World({ ...testConfiguration(), machines: [of] });
    this.observer = new Observer(of, null, baselines, null);
    this.#write([{ kind: 'state', beganAt: startAt, state: 'no-data', told: null, alarm: null, clock: 'station' }]);
  }
  restart(): void {
    const { machines } = this.world;
    const count = machines.lastCount('m');
    const produced = count === null ? null : { at: count.to, value: count.counter.last };
    this.observer = new Observer(
      this.of,
      machines.sliceAt('m', Infinity),
      { produced, judged: null },
      count?.to ?? null,
    );
  }
  #write(seen: ReturnType<Observer['tick']>): void {
    if (seen.length > 0) this.world.do({ type: 'machine.observe', machineId: 'm', seen }, { kind: 'system' });
    this.observer.written(this.world.machines.sliceAt('m', Infinity));
  }
  /** @param values at that second by the machine's clock */
  say(
    at: number,
    values: Readonly<Record<string, TagValue>>,
    receivedAt = at,
    clock: SeenReading['clock'] = 'machine',
  ): this {
    this.tick(receivedAt);
    const readings = Object.entries(values).map(([tagId, value]) => ({
      tagId,
      value,
      good: true,
      at: startAt + at * second,
      clock,
    }));
    this.#write(this.observer.readings(readings, startAt + receivedAt * second));
    return this;
  }
  tick(at: number): this {
    this.#write(this.observer.tick(startAt + at * second));
    return this;
  }
  lose(at: number, ...tags: readonly string[]): this {
    this.#write(this.observer.lost(tags, startAt + at * second));
    return this;
  }
  run(at: number, orderId: string): this {
    this.world.machines.context = { orderId, definitionId: null, operationId: null };
    this.#write(this.observer.running(startAt + at * second));
    return this;
  }
  end(): this {
    this.#write(this.observer.end());
    return this;
  }
  get slices(): readonly string[] {
    return this.world.machines
      .all('m')
      .map(({ beganAt, state, restated }) => `${(beganAt - startAt) / second} ${state}${restated ? ' late' : ''}`);
  }
  get counts(): readonly string[] {
    return this.world.machines.counts.map(
      (c) => `${(c.from - startAt) / second}-${(c.to - startAt) / second} ${c.kind} ${c.produced}`,
    );
  }
  get doubts(): readonly (readonly [string, number | null])[] {
    return this.world.log.flatMap((e) =>
      e.type === 'machine.doubted' ? [[e.body.kind, e.body.counted] as const] : [],
    );
  }
  /** Heard, with these values, from second 0 on; watched since then. */
  heard(values: Readonly<Record<string, TagValue>>): this {
    return this.say(0, values).tick(settleMs / second);
  }
}

describe('states', () => {
  it('begin when the machine says so, not when it is heard', () => {
    const of = new Bench(press).heard({ s: 'Execute', n: 5, x: 0, a: '' });
    of.say(10.25, { s: 'Held' }, 10.9).say(12, { s: 'Execute' });
    expect(of.slices).toEqual(['0 producing', '10.25 held', '12 producing']);
  });
  it('what comes twice, or after a newer word, is nothing', () => {
    const of = new Bench(press).heard({ s: 'Execute', n: 5, x: 0, a: '' });
    of.say(10, { s: 'Held' }).say(10, { s: 'Held' }, 11).say(0, { s: 'Execute' }, 12).say(13, { s: 'Held' });
    expect(of.slices).toEqual(['0 producing', '10 held']);
    expect(of.doubts).toEqual([]);
  });
  it('the first values of all tags are judged together', () => {
    const of = new Bench(machine({ state: { from: 'packml', state: 's', mode: 'm' } }));
    of.say(0, { s: 'Execute' }).say(0.2, { m: 'Maintenance' }).tick(2);
    expect(of.slices).toEqual(['0 no-data', '0.2 maintenance']);
  });
  it('a state that is in no table is no data and is doubted once', () => {
    const of = new Bench(press).heard({ s: 'Execute', n: 5, x: 0, a: '' });
    of.say(10, { s: 'Dancing' }).say(11, { a: 'E1' }).say(12, { s: 'Execute' }, 12).tick(14);
    expect(of.slices).toEqual(['0 producing', '10 no-data', '12 producing']);
    expect(of.doubts).toEqual([['state-unknown', null]]);
  });
  it('an alarm is of the slice in which the machine stands', () => {
    const of = new Bench(press).heard({ s: 'Execute', n: 5, x: 0, a: 'oil low' });
    of.say(10, { s: 'Aborted', a: 'E217 guard' });
    expect(of.world.machines.all('m').map(({ alarm }) => alarm)).toEqual([null, 'E217 guard']);
  });
  it('a lost tag is no data from the last proof of life on', () => {
    const of = new Bench(press).heard({ s: 'Execute', n: 5, x: 0, a: '' });
    of.say(10, { s: 'Held' }).lose(20, 's', 'n');
    expect(of.slices).toEqual(['0 producing', '10 held', '20 no-data']);
  });
  it('short waits between strokes belong to the work; a long one began when the last stroke ended', () => {
    const of = new Bench(machine({ state: { from: 'packml', state: 's', idleAfterMs: 30_000 } })).heard({
      s: 'Execute',
    });
    of.say(10, { s: 'Complete' }).say(11, { s: 'Idle' }).say(30, { s: 'Execute' }).say(40, { s: 'Idle' }).tick(69.9);
    expect(of.slices).toEqual(['0 producing']);
    of.tick(71).say(90, { s: 'Held' });
    expect(of.slices).toEqual(['0 producing', '40 waiting', '90 held']);
  });
  it('a stroke that is told a moment late was no wait', () => {
    const of = new Bench(machine({ state: { from: 'packml', state: 's', idleAfterMs: 30_000 } })).heard({
      s: 'Execute',
    });
    of.say(10, { s: 'Idle' }).tick(40.5).say(39, { s: 'Execute' }, 40.8).say(45, { s: 'Idle' }).tick(75.9);
    expect(of.slices).toEqual(['0 producing']);
    of.tick(76);
    expect(of.slices).toEqual(['0 producing', '45 waiting']);
  });
  it('a piece proves a stroke whose state nobody sampled: it waits since the piece', () => {
    const strokes = machine({ ...press, state: { from: 'packml', state: 's', idleAfterMs: 30_000 } });
    const of = new Bench(strokes).heard({ s: 'Execute', n: 5, x: 0, a: '' });
    of.say(10, { s: 'Idle', n: 6 }).say(35, { n: 7 }).tick(60).say(64, { n: 8 }).tick(93);
    expect(of.slices).toEqual(['0 producing']);
    of.tick(95);
    expect(of.slices).toEqual(['0 producing', '64 waiting']);
  });
});

describe('after an outage', () => {
  const lost = (): Bench => new Bench(press).heard({ s: 'Execute', n: 5, x: 0, a: '' }).lose(20, 's', 'n', 'x', 'a');
  it('values that the machine kept tell the time anew; before its first word it stays unknown', () => {
    const of = lost();
    of.say(40, { s: 'Held' }, 100).say(60, { s: 'Execute' }, 100).say(90, { s: 'Idle' }, 100).tick(102);
    expect(of.slices).toEqual([
      '0 producing',
      '20 no-data',
      '40 held late',
      '60 producing late',
      '90 waiting late',
      '100 waiting',
    ]);
  });
  it('a machine that says since when it is so, is believed back to where nobody knew', () => {
    const of = lost().say(5, { s: 'Execute' }, 100).say(100, { a: '' }).tick(102);
    expect(of.slices).toEqual(['0 producing', '20 producing late', '100 producing']);
  });
  it('without a time of its own nothing is told of the time before', () => {
    const of = lost().say(100, { s: 'Execute' }, 100, 'station').tick(102);
    expect(of.slices).toEqual(['0 producing', '20 no-data', '100 producing']);
  });
  it('pieces are known, when they were made is not', () => {
    const of = lost().say(100, { s: 'Execute', n: 12 }, 100, 'station').tick(102).say(110, { n: 13 }).end();
    expect(of.counts).toEqual(['20-100 gap 7', '100-110 counted 1']);
  });
  it('a counter that the machine kept is counted piece by piece', () => {
    const of = lost()
      .say(30, { s: 'Execute', n: 6 }, 100)
      .say(50, { n: 7 }, 100)
      .say(55, { n: 8 }, 100)
      .tick(102)
      .end();
    expect(of.counts).toEqual(['20-30 counted 1', '30-55 counted 2']);
  });
});

describe('pieces', () => {
  const heard = (): Bench => new Bench(press).heard({ s: 'Execute', n: 5, x: 0, a: '' });
  it('the first pulse counts, and the time between two is a cycle', () => {
    const of = heard().say(10, { n: 6 }).say(22, { n: 7 }).say(34.5, { n: 8 }).end();
    expect(of.counts).toEqual(['0-34.5 counted 3']);
    expect(of.world.machines.counts[0]?.cyclesMs).toEqual([12_000, 12_500]);
  });
  it('are told each minute and at the end of each slice, never over its beginning', () => {
    const of = heard()
      .say(10, { n: 6 })
      .say(59, { n: 7 })
      .say(61, { n: 8 })
      .say(70, { s: 'Held' })
      .say(80, { s: 'Execute' });
    of.say(81, { n: 9 }).tick(200);
    expect(of.counts).toEqual(['0-59 counted 2', '59-61 counted 1', '80-81 counted 1']);
  });
  it('one at the very instant at which a slice begins was made before it', () => {
    const of = heard().say(10, { n: 6, s: 'Complete' }).end();
    expect(of.counts).toEqual(['0-10 counted 1']);
    expect(of.slices).toEqual(['0 producing', '10 waiting']);
  });
  it('a pulse on the boundary of a shift is counted once', () => {
    const of = heard().say(30, { n: 6 }).say(60, { n: 7 }).say(90, { n: 8 }).end();
    const at = (from: number, to: number): number =>
      piecesIn(
        of.world.machines.counts.map((c) => ({ ...c })),
        startAt + from * second,
        startAt + to * second,
      ).produced;
    expect([at(0, 60), at(60, 120), at(0, 120)]).toEqual([2, 1, 3]);
  });
  it('roll-over counts and is doubted; more than can be is not counted, and one wild value is passed over', () => {
    const of = new Bench(press).heard({ s: 'Execute', n: 998, x: 0, a: '' });
    of.say(10, { n: 1 }).say(20, { n: 800 }).say(30, { n: 3 }).end();
    expect(of.counts).toEqual(['0-10 rolled-over 3', '10-30 counted 2']);
    expect(of.doubts).toEqual([
      ['counter-rolled-over', 3],
      ['counter-impossible', 0],
    ]);
  });
  it('a counter that really stands elsewhere goes on from there', () => {
    const of = heard().say(10, { n: 700 }).say(20, { n: 701 }).end();
    expect(of.counts).toEqual(['10-20 counted 1']);
  });
  it('after a reset those since count, where so many can have been made; without a most nobody can say', () => {
    const most = { tag: 'n', rollOver: null };
    const may = new Bench(machine({ counts: { produced: most, mostPerHour: 3_600 } })).heard({ s: 'Execute', n: 500 });
    may.say(10, { n: 4 }).end();
    expect([may.counts, may.doubts]).toEqual([['0-10 reset 4'], [['counter-reset', 4]]]);
    const wild = new Bench(machine({ counts: { produced: most, mostPerHour: 3_600 } })).heard({ s: 'Execute', n: 500 });
    wild.say(10, { n: 400 }).say(11, { n: 401 }).end();
    expect([wild.counts, wild.doubts]).toEqual([['10-11 counted 1'], [['counter-reset', 0]]]);
    const open = new Bench(machine({ counts: { produced: most } })).heard({ s: 'Execute', n: 500 });
    open.say(10, { n: 4 }).end();
    expect([open.counts, open.doubts]).toEqual([[], [['counter-reset', 0]]]);
  });
  it('scrap counts with the pieces of its time, also where no piece came', () => {
    const of = heard()
      .say(10, { n: 6 })
      .say(11, { x: 1 })
      .say(20, { s: 'Held' })
      .say(25, { x: 3 })
      .say(30, { s: 'Execute' });
    expect(of.world.machines.counts.map(({ produced, scrap }) => [produced, scrap])).toEqual([
      [1, 1],
      [0, 2],
    ]);
  });
  it('counting goes on after a restart, with what was made meanwhile', () => {
    const of = heard().say(10, { n: 6 }).end();
    of.lose(20, 's', 'n', 'x', 'a').restart();
    of.say(300, { s: 'Execute', n: 9 }, 300, 'station').tick(302).end();
    expect(of.counts).toEqual(['0-10 counted 1', '20-300 gap 3']);
  });
  it('are of what ran when they were made', () => {
    const of = heard().say(10, { n: 6 }).run(15, 'WO-2').say(20, { n: 7 }).end();
    expect(of.counts).toEqual(['0-10 counted 1', '15-20 counted 1']);
    expect(of.world.machines.counts.map(({ context }) => context.orderId)).toEqual([null, 'WO-2']);
  });
});

describe('a counter alone', () => {
  it('says nothing until it has counted, then that it produces since it was heard', () => {
    const of = new Bench(counter).heard({ n: 5 });
    expect(of.slices).toEqual(['0 no-data']);
    of.say(10, { n: 6 }).end();
    expect(of.slices).toEqual(['0 producing']);
    expect(of.counts).toEqual(['0-10 counted 1']);
  });
  it('waits since its last pulse, to the millisecond, and the pulse after ends the wait', () => {
    const of = new Bench(counter).heard({ n: 5 }).say(10, { n: 6 }).say(20.123, { n: 7 }).tick(51).tick(51.2);
    expect(of.slices).toEqual(['0 producing', '20.123 waiting']);
    of.say(90.5, { n: 8 }).say(95, { n: 9 }).end();
    expect(of.slices).toEqual(['0 producing', '20.123 waiting', '90.5 producing']);
    expect(of.counts).toEqual(['0-20.123 counted 2', '20.123-90.5 counted 1', '90.5-95 counted 1']);
  });
  it('that is quiet since it is heard waits since then', () => {
    const of = new Bench(counter).heard({ n: 5 }).tick(29).tick(31);
    expect(of.slices).toEqual(['0 waiting']);
  });
  it('lost is no data', () => {
    const of = new Bench(counter)
      .heard({ n: 5 })
      .say(10, { n: 6 })
      .lose(15, 'n')
      .say(100, { n: 8 }, 100, 'station')
      .tick(102)
      .tick(140)
      .end();
    expect(of.slices).toEqual(['0 producing', '15 no-data', '100 waiting']);
    expect(of.counts).toEqual(['0-10 counted 1', '15-100 gap 2']);
  });
});

describe('whatever comes', () => {
  const act = fc.record({
    wait: fc.integer({ min: 0, max: 90 }),
    what: fc.constantFrom('state', 'count', 'lose', 'tick', 'late', 'run', 'jump'),
    pick: fc.integer({ min: 0, max: 20 }),
  });
  const words = ['Execute', 'Idle', 'Held', 'Suspended', 'Aborted', 'Dancing', 'Complete'];
  it.each([
    ['PackML', press],
    ['PackML, stroke by stroke', { ...press, state: { ...press.state, idleAfterMs: 20_000 } } as MachineFile],
    ['a counter', counter],
  ])('%s: slices tile the time, counts lie in them one after the other, no piece is lost or made up', (_name, of) => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const bench = new Bench(of);
        let at = 1;
        let made = 100;
        bench.say(at, { s: 'Execute', n: made });
        for (const { wait, what, pick } of acts) {
          at += wait;
          if (what === 'state') bench.say(at, { s: words[pick % words.length] ?? '' });
          if (what === 'count') bench.say(at, { n: (made += pick % 3) });
          if (what === 'lose') bench.lose(at, 's', 'n');
          if (what === 'tick') bench.tick(at);
          if (what === 'late') bench.say(Math.max(0, at - pick), { s: words[pick % words.length] ?? '' }, at);
          if (what === 'run') bench.run(at, `WO-${pick}`);
          // Everything once more, as after a reconnection; never more pieces than the machine can have made.
          if (what === 'jump') bench.say(at, { s: 'Execute', n: (made += Math.min(pick % 5, 2 + wait)) });
        }
        at += 100;
        bench
          .say(at, { s: 'Execute', n: made })
          .tick(at + 2)
          .end();
        const { machines } = bench.world;
        const tiles = tile('m', machines.all('m'), startAt, startAt + at * second);
        let edge = startAt;
        for (const { beganAt, endAt } of tiles) {
          expect(beganAt).toBe(edge);
          edge = endAt;
        }
        expect(edge).toBe(startAt + at * second);
        let before = -Infinity;
        for (const { from, to } of machines.counts) {
          expect(to).toBeGreaterThan(from);
          expect(from).toBeGreaterThanOrEqual(before);
          before = to;
        }
        expect(machines.counts.reduce((sum, { produced }) => sum + produced, 0)).toBe(made - 100);
        const begun = bench.world.log.flatMap((e) => (e.type === 'slice.begun' ? [e.body.beganAt] : []));
        for (const { from, to, kind } of machines.counts)
          if (kind !== 'gap') expect(begun.filter((began) => began > from && began < to)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
