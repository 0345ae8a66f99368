/** Machine time over the real store: watching, outages, kills, what people tell, and what the screen sees. */
import { call } from '@orpc/server';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import { machineStates } from '#contract/machine-state.ts';
import { event } from '#contract/events/index.ts';
import { evolveSeries, noContext, slicesOf, type Beginning } from '#domain/machines/series.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { readCounts, readOpenSlice, readStateSince, readSlices } from '#station/store/projections/machines.ts';
import { createMachinesRouter } from './rpc.ts';
import { createMachineWatch, type MachineWatch } from './watch.ts';

const second = 1_000;
const minute = 60 * second;
const file = (id: string, more: object) =>
  machineFileSchema.parse({ schema: 'linewright/machine@1', id, title: { en: id, de: id }, station: 'ST10', ...more });
const press = file('p1', {
  state: { from: 'packml', state: 'press.state' },
  counts: { produced: { tag: 'press.count' }, mostPerHour: 3_600 },
  rates: [{ cycleMs: 18_000, revision: '7' }],
});
const saw = file('saw', { state: { from: 'hand' } });

let station: TestStation;
let watch: MachineWatch;
let stop: () => void;
let kill: () => void;
function begin(): void {
  // The timers of a program that was killed never fire.
  let alive = true;
  kill = () => (alive = false);
  const clock: typeof station.core.clock = {
    ...station.clock,
    setTimer: (ms, run) => station.clock.setTimer(ms, () => alive && run()),
  };
  watch = createMachineWatch({ ...station.core, clock }, station.folder.path);
  stop = watch.start();
}
function open(): void {
  station = new TestStation('ST10', {
    ...testConfiguration(),
    machines: [press, saw, file('far', { station: 'ST20', state: { from: 'hand' } })],
  });
  station.shop.values.set('press.count', 100);
  begin();
}
afterEach(async () => {
  stop();
  await station.close();
});
const pass = (seconds: number): void => station.clock.advance(seconds * second);
const slices = (id = 'p1'): readonly string[] =>
  readSlices(station.core.read, id, 0, Number.MAX_SAFE_INTEGER).map(
    ({ beganAt, state, restated }) => `${(beganAt - startAt) / second} ${state}${restated ? ` ${restated}` : ''}`,
  );
const counts = (): readonly string[] =>
  readCounts(station.core.read, 'p1', 0, Number.MAX_SAFE_INTEGER).map(
    ({ from, to, kind, produced }) => `${(from - startAt) / second}-${(to - startAt) / second} ${kind} ${produced}`,
  );
const doubts = (): readonly string[] =>
  station.events().flatMap((e) => (e.type === 'machine.doubted' ? [e.body.kind] : []));

describe('watching', () => {
  it('begins with no data, then tells what the machine says and counts', () => {
    open();
    pass(2);
    station.shop.set({ 'press.state': 'Execute' });
    pass(10);
    station.shop.set({ 'press.count': 101 });
    pass(6);
    station.shop.set({ 'press.count': 102, 'press.state': 'Complete' });
    // The first words are heard at the start and say nothing of the time before it.
    expect(slices()).toEqual(['0 waiting', '2 producing', '18 waiting']);
    expect(counts()).toEqual(['2-18 counted 2']);
  });
  it('a link that is down is no data from the last proof of life, not a quiet machine', () => {
    open();
    station.shop.set({ 'press.state': 'Execute' });
    pass(20);
    station.shop.link('press', 'disconnected');
    pass(40);
    expect(slices().at(-1)).toBe('20 no-data');
    station.shop.link('press', 'connected');
    station.shop.tell(
      ['press.state', 'press.count'].map((tagId) => ({ ...station.shop.live(tagId)!, sourceAt: null })),
    );
    pass(2);
    expect(slices().slice(-2)).toEqual(['20 no-data', '60 producing']);
  });
  it('a silent link ends what is known where it was heard last', () => {
    open();
    station.shop.set({ 'press.state': 'Execute' });
    pass(20);
    station.shop.condition = () => ({ state: 'silent', params: { silentMs: 5_000 } });
    station.shop.link('press', 'silent');
    expect(slices().at(-1)).toBe('15 no-data');
  });
  it('bad readings of a link that is then found down end with it', () => {
    open();
    station.shop.set({ 'press.state': 'Execute' });
    pass(20);
    const bad = {
      ...station.shop.live('press.state')!,
      value: null,
      quality: 'bad',
      status: 'BadNoCommunication',
    } as const;
    station.shop.tell([{ ...bad, sourceAt: null }]);
    station.shop.condition = () => ({ state: 'silent', params: { silentMs: 5_000 } });
    station.shop.link('press', 'silent');
    expect(slices().at(-1)).toBe('15 no-data');
  });
  it('a reading that is bad although the link is up is no data at once', () => {
    open();
    station.shop.set({ 'press.state': 'Execute' });
    pass(20);
    station.shop.tell([
      { ...station.shop.live('press.state')!, value: null, quality: 'bad', status: 'BadSensorFailure' },
    ]);
    pass(1);
    expect(slices().at(-1)).toBe('20 no-data');
  });
  it('a machine whose clock is wrong is told by the station’s, once', () => {
    open();
    pass(10);
    const y2k = Date.UTC(2000, 0, 1);
    for (const [state, after] of [
      ['Execute', 5],
      ['Held', 5],
      ['Execute', 5],
    ] as const) {
      pass(after);
      station.shop.tell([{ ...station.shop.live('press.state')!, value: state, sourceAt: y2k }]);
    }
    expect(slices()).toEqual(['0 waiting', '15 producing', '20 held', '25 producing']);
    expect(doubts()).toEqual(['time-wrong']);
    const begun = station
      .events()
      .flatMap((e) => (e.type === 'slice.begun' && e.body.machineId === 'p1' ? [e.body.clock] : []));
    expect(begun.slice(-3)).toEqual(['station', 'station', 'station']);
  });
  it('another order on the station begins a slice of it', () => {
    open();
    station.shop.set({ 'press.state': 'Idle' });
    pass(5);
    station.signIn('mara');
    expect(station.start('P-0001').ok).toBe(true);
    expect(readOpenSlice(station.core.read, 'p1')).toMatchObject({
      beganAt: startAt + 5 * second,
      state: 'waiting',
      context: { orderId: 'WO-1', definitionId: 'PUMP' },
    });
    expect(readStateSince(station.core.read, readOpenSlice(station.core.read, 'p1')!)).toBe(startAt);
  });
});

describe('a station that was not there', () => {
  it('killed: no data from when it looked last, and pieces made meanwhile are counted as such', async () => {
    open();
    station.shop.set({ 'press.state': 'Execute' });
    pass(7);
    station.shop.set({ 'press.count': 103 });
    pass(14);
    // As after a kill: nothing more is said, nor written.
    stop = () => undefined;
    kill();
    await station.restart(() => {
      pass(600);
      station.shop.values.set('press.count', 110);
    });
    begin();
    pass(2);
    expect(slices().slice(0, 2)).toEqual(['0 producing', '21 no-data']);
    expect(slices().at(-1)).toBe('621 producing');
    expect(counts()).toEqual(['21-621 gap 10']);
  });
  it('ended in order: no data from then; without the file what was told since the slice began is not believed', async () => {
    open();
    station.shop.set({ 'press.state': 'Execute' });
    pass(33);
    stop();
    expect(slices()).toEqual(['0 producing', '33 no-data']);
    await station.restart(() => {
      pass(100);
      writeFileSync(join(station.folder.path, 'watched.json'), '{"until": "broken');
    });
    begin();
    pass(2);
    expect(slices()).toEqual(['0 producing', '33 no-data', '133 producing']);
  });
});

describe('by hand', () => {
  it('people tell what a machine does; nobody is asked for more', async () => {
    open();
    const router = createMachinesRouter(station.core, watch);
    expect(slices('saw')).toEqual([]);
    const tell = (input: object) =>
      call(router.tell, { commandId: station.id(), machineId: 'saw', state: 'setup', ...input });
    expect(await tell({})).toMatchObject({ ok: false, refusal: { reasons: [{ code: 'operator.nobody' }] } });
    station.signIn('mara');
    expect((await tell({})).ok).toBe(true);
    pass(60);
    expect((await tell({ state: 'producing' })).ok).toBe(true);
    pass(60);
    expect((await tell({ state: 'fault', from: startAt + 30 * second, to: startAt + 90 * second })).ok).toBe(true);
    expect(slices('saw')).toEqual(['0 setup', '30 fault by-hand', '90 producing']);
    expect(await tell({ machineId: 'far' })).toMatchObject({
      ok: false,
      refusal: { reasons: [{ code: 'machine.unknown' }] },
    });
  });
});

describe('what the screen sees', () => {
  it('state, pieces also before they are in the log, rate and doubts', async () => {
    open();
    const router = createMachinesRouter(station.core, watch);
    station.signIn('mara');
    pass(2);
    station.shop.set({ 'press.state': 'Execute', 'press.count': 101 });
    pass(5);
    station.shop.set({ 'press.count': 102 });
    expect(counts()).toEqual(['0-2 counted 1']);
    const watching = await call(router.watch, undefined);
    const { value } = await watching[Symbol.asyncIterator]().next();
    expect(value).toMatchObject({
      machines: [
        {
          id: 'p1',
          slice: { state: 'producing' },
          hour: { pieces: { produced: 2 } },
          rate: { cycleMs: 18_000, revision: '7' },
          doubts: 0,
        },
        { id: 'saw', byHand: true, slice: null, hour: { pieces: { produced: null } } },
      ],
    });
    station.shop.set({ 'press.state': 'Dancing' });
    const page = await call(router.doubts, { machineId: 'p1' });
    expect(page).toMatchObject({ total: 1, items: [{ kind: 'state-unknown', now: 'Dancing', seen: null }] });
    const seen = await call(router.seeDoubt, {
      commandId: station.id(),
      doubtId: page.items[0]!.doubtId,
      note: 'told them',
    });
    expect(seen.ok).toBe(true);
    expect((await call(router.doubts, { machineId: 'p1' })).items[0]?.seen).toMatchObject({
      by: 'MARA',
      note: 'told them',
    });
    const window = { machineId: 'p1', from: startAt, to: startAt + minute };
    expect(await call(router.slices, window)).toMatchObject([
      { state: 'waiting' },
      { state: 'producing' },
      { state: 'no-data', told: 'Dancing' },
    ]);
    expect(await call(router.counts, window)).toHaveLength(2);
    await expect(call(router.slices, { ...window, to: startAt })).rejects.toThrow();
  });
  it('the read model keeps the series that the rules fold, through a rebuild too', () => {
    const at = fc.integer({ min: 0, max: 50 });
    const state = fc.constantFrom(...machineStates);
    const shown = { told: null, alarm: null, context: noContext };
    const fact = fc.oneof(
      fc
        .tuple(at, state)
        .map(([beganAt, of]) =>
          event('slice.begun', { machineId: 'z', beganAt, state: of, ...shown, clock: 'station' }),
        ),
      fc
        .tuple(at, fc.integer({ min: 0, max: 20 }), fc.array(fc.tuple(at, state), { minLength: 1, maxLength: 3 }))
        .map(([from, long, of]) =>
          event('slices.restated', {
            machineId: 'z',
            from,
            to: from + long,
            slices: of.map(([beganAt, one]) => ({ beganAt, state: one, ...shown })),
            reason: 'by-hand',
            note: '',
          }),
        ),
    );
    open();
    let series: readonly Beginning[] = [];
    const meta = {
      actor: { kind: 'system' },
      commandId: null,
      at: startAt,
      bootId: 'b',
      monoMs: 0,
      config: '',
    } as const;
    fc.assert(
      fc.property(
        fc.array(fact, { minLength: 1, maxLength: 10 }),
        at,
        fc.integer({ min: 1, max: 40 }),
        (facts, from, long) => {
          station.store.append(facts, meta);
          for (const one of facts) series = evolveSeries(series, one as Parameters<typeof evolveSeries>[1]);
          const all = slicesOf('z', series);
          expect(readSlices(station.core.read, 'z', -1, 1_000)).toEqual(all);
          const touching = all.filter((s) => s.beganAt < from + long && (s.endAt === null || s.endAt > from));
          expect(readSlices(station.core.read, 'z', from, from + long)).toEqual(touching);
          expect(readOpenSlice(station.core.read, 'z')).toEqual(all.at(-1));
        },
      ),
      { numRuns: 40 },
    );
  });
});
