/** Machine time on the server: folded from streams in pages of any size, told anew, and as the plant view reads it. */
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { evolveSeries, slicesOf, type Beginning } from '#domain/machines/series.ts';
import { lineWaitBodySchema } from '#contract/sync/down.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Db } from '../db/db.ts';
import { readBoard } from '../lines/board.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoConfiguration, demoReleased, StationStream } from '../projections/test-kit.ts';
import { wholePlant } from '../rpc/sight.ts';
import { readStop } from '../stops/read.ts';
import { listCounts, listDoubts, listMachines, listSlices } from './read.ts';
import { publishRoots } from './tell-roots.ts';
import { readBeginningAt, readSlices } from './read-time.ts';

const configuration = demoReleased();
const machineId = 'press-p1';
const at = Date.UTC(2026, 10, 20, 8);
const minute = 60_000;
const context = { orderId: 'WO-1', definitionId: 'PMP-100', operationId: '10' };
const shown = { told: null, alarm: null, context };

const projectorOn = (db: Db): Projector =>
  createProjector({ db, configuration, react: () => Promise.resolve([]), log: createLog('silent') });
async function foldAll(projector: Projector): Promise<void> {
  while ((await projector.round()) > 0);
}
const begun = (minutes: number, state: MachineState): BodyOf<'slice.begun'> => ({
  machineId,
  beganAt: at + minutes * minute,
  state,
  ...shown,
  clock: 'machine',
});
const restated = (from: number, to: number, state: MachineState): BodyOf<'slices.restated'> => ({
  machineId,
  from: at + from * minute,
  to: at + to * minute,
  slices: [{ beganAt: at + from * minute, state, ...shown }],
  reason: 'by-hand',
  note: '',
});
const counted = (from: number, to: number, produced: number): BodyOf<'pieces.counted'> => ({
  machineId,
  from: at + from * minute,
  to: at + to * minute,
  kind: 'counted',
  produced,
  good: null,
  scrap: 1,
  counter: { first: 0, last: produced },
  cyclesMs: [18_000.5, 19_000],
  context,
});
const stopOf = (stopId: string, machineId: string, minutes: number, state: MachineState) => ({
  stopId,
  machineId,
  from: at + minutes * minute,
  state,
  context,
});
const told = (): StationStream =>
  new StationStream('ST10', at)
    .add('slice.begun', begun(0, 'no-data'))
    .add('slice.begun', begun(1, 'producing'))
    .add('pieces.counted', counted(1, 2, 3))
    .add('pieces.counted', counted(2, 3, 2))
    .add('slice.begun', begun(10, 'fault'))
    .add('slices.restated', restated(5, 12, 'setup'))
    .add('slice.begun', begun(10, 'held'))
    .add('slice.begun', begun(20, 'producing'))
    .add('slices.restated', restated(8, 9, 'waiting'))
    .add('slice.begun', begun(20, 'blocked'));
const rows = async (db: Db): Promise<readonly string[]> =>
  (await readSlices(db, machineId, 0, Number.MAX_SAFE_INTEGER)).map(
    ({ beganAt, state, endAt }) => `${(beganAt - at) / minute}-${endAt === null ? '' : (endAt - at) / minute} ${state}`,
  );
/** As the rules fold the same facts. */
function expected(): readonly string[] {
  const facts = told().facts.map(({ text }) => JSON.parse(text) as Parameters<typeof evolveSeries>[1]);
  const series = facts.filter(({ type }) => type.startsWith('slice')).reduce(evolveSeries, [] as readonly Beginning[]);
  return slicesOf(machineId, series).map(
    ({ beganAt, state, endAt }) => `${(beganAt - at) / minute}-${endAt === null ? '' : (endAt - at) / minute} ${state}`,
  );
}

describeOnDatabases('machine time', (database) => {
  beforeEach(() => database.clear());

  it('is the series that the rules fold, in pages of any size, and again after a rebuild', async () => {
    const { db } = database;
    const whole = expected();
    expect(whole).toEqual([
      '0-1 no-data',
      '1-5 producing',
      '5-8 setup',
      '8-9 waiting',
      '9-10 setup',
      '10-12 held',
      '12-20 fault',
      '20- blocked',
    ]);
    for (const size of [1, 3, Infinity]) {
      await database.clear();
      const projector = projectorOn(db);
      const stream = told();
      while (stream.stored < stream.facts.length) {
        await stream.send(db, size, at);
        await foldAll(projector);
      }
      expect(await rows(db)).toEqual(whole);
      await projector.rebuild();
      expect(await rows(db)).toEqual(whole);
    }
    const window = await readSlices(db, machineId, at + 9.5 * minute, at + 12 * minute);
    expect(window.map(({ state }) => state)).toEqual(['setup', 'held']);
    expect((await readBeginningAt(db, machineId, at - 1))?.state).toBeUndefined();
  });

  it('a machine that moved: what begins later holds, whichever station is heard first', async () => {
    const { db } = database;
    const before = new StationStream('ST10', at)
      .add('slice.begun', begun(0, 'producing'))
      .add('slice.begun', begun(30, 'no-data'));
    const after = new StationStream('ST20', at).add('slice.begun', begun(40, 'setup'));
    const projector = projectorOn(db);
    for (const stream of [after, before]) {
      await stream.send(db, Infinity, at);
      await foldAll(projector);
    }
    expect(await rows(db)).toEqual(['0-30 producing', '30-40 no-data', '40- setup']);
  });

  it('is read with pieces, doubts and who saw them; a person of another line reads nothing', async () => {
    const { db } = database;
    const doubt = { doubtId: 'd1', machineId, from: at, to: at, before: 5, now: 1, counted: 1 } as const;
    const stream = told()
      .add('slice.begun', { ...begun(22, 'blocked'), alarm: 'E1' })
      .add('machine.doubt-seen', { doubtId: 'd1', machineId, note: 'asked' })
      .add('machine.doubted', { ...doubt, kind: 'counter-reset', tagId: 'press.cycle-count' })
      .add('machine.doubted', { ...doubt, doubtId: 'd2', kind: 'state-unknown', tagId: null });
    await stream.send(db, Infinity, at);
    await foldAll(projectorOn(db));
    const force = configuration();
    const [machine] = await listMachines(db, force, wholePlant, at + 25 * minute);
    expect(machine).toMatchObject({
      id: machineId,
      stationId: 'ST10',
      lineId: 'L1',
      slice: { state: 'blocked', endAt: null, context },
      since: at + 20 * minute,
      linked: false,
      hour: { pieces: { produced: 5, scrap: 2 } },
      shift: { id: 'early', pieces: { produced: 5 } },
      rate: { cycleMs: 18_000 },
      doubts: 1,
    });
    const window = { machineId, from: at, to: at + 2 * minute };
    const nobody = { ...wholePlant, lines: [], stations: [] };
    expect(await listSlices(db, force, window, wholePlant)).toHaveLength(2);
    expect(await listCounts(db, force, window, wholePlant)).toMatchObject([
      { produced: 3, cyclesMs: [18_000.5, 19_000] },
    ]);
    const page = { machineId, cursor: null, limit: 1 };
    const doubts = await listDoubts(db, force, page, wholePlant);
    expect(doubts).toMatchObject({ total: 2, next: '1', items: [{ doubtId: 'd2', seen: null }] });
    const rest = await listDoubts(db, force, { ...page, cursor: '1' }, wholePlant);
    expect(rest).toMatchObject({ next: null, items: [{ doubtId: 'd1', seen: { note: 'asked' } }] });
    expect(await listMachines(db, force, nobody, at)).toEqual([]);
    expect(await listSlices(db, force, window, nobody)).toEqual([]);
    expect(await listCounts(db, force, window, nobody)).toEqual([]);
    expect(await listDoubts(db, force, page, nobody)).toMatchObject({ total: 0 });
  });

  it('a starved machine is told with the machine before it that stands, as long as both stations are heard', async () => {
    const { db } = database;
    const demo = demoConfiguration();
    const [press] = demo.machines ?? [];
    if (press === undefined) throw new Error('the demo has a press');
    const cleaner = { ...press, id: 'washer-w1', title: { en: 'Washer W1', de: 'Waschanlage W1' }, station: 'ST05' };
    // The order of the line's stations counts, not that of the files.
    const force = demoReleased({ ...demo, machines: [press, cleaner] })();
    const projector = projectorOn(db);
    const of = (id: string, minutes: number, state: MachineState, alarm: string | null) => ({
      ...begun(minutes, state),
      machineId: id,
      alarm,
    });
    const washer = new StationStream('ST05', at)
      .add('slice.begun', of(cleaner.id, 0, 'producing', null))
      .add('slice.begun', of(cleaner.id, 10, 'fault', 'E3 Pump'));
    const pressed = new StationStream('ST10', at)
      .add('slice.begun', of(press.id, 0, 'producing', null))
      .add('slice.begun', of(press.id, 13, 'starved', null));
    for (const stream of [washer, pressed]) {
      await stream.send(db, Infinity, at);
      await foldAll(projector);
    }
    const waits = async (minutes: number) =>
      (await listMachines(db, force, wholePlant, at + minutes * minute)).map(({ id, waitsFor }) => [id, waitsFor]);
    const heard = async (stationId: string, minutes: number): Promise<void> => {
      await db.query(
        `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state,
           clock_drift_ms, unsent_count, devices_down, blobs_waiting)
         VALUES ($1, $2, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)
         ON CONFLICT (station_id) DO UPDATE SET heard_at = excluded.heard_at`,
        [stationId, new Date(at + minutes * minute)],
      );
    };
    await heard('ST05', 20);
    await heard('ST10', 20);
    const root = {
      machineId: cleaner.id,
      title: cleaner.title,
      stationId: 'ST05',
      state: 'fault',
      alarm: 'E3 Pump',
      from: at + 10 * minute,
      to: null,
      over: false,
      stop: null as object | null,
    };
    expect(await waits(20)).toEqual([
      [press.id, { state: 'starved', from: at + 13 * minute, root }],
      [cleaner.id, null],
    ]);
    // Its stop, and why people say it stands, is told with it: in the list, on the board, and where the press's own stop is opened.
    const reason = {
      id: 'e3',
      title: { en: 'Pump', de: 'Pumpe' },
      category: 'delay',
      loss: 'breakdown',
    } as const;
    washer.add('stop.opened', { ...stopOf('w-1', cleaner.id, 10, 'fault'), alarm: 'E3 Pump' }).add('stop.classified', {
      stopId: 'w-1',
      machineId: cleaner.id,
      partId: 'w-1',
      revision: 0,
      reason,
      note: '',
      offered: null,
    });
    pressed.add('stop.opened', { ...stopOf('p-1', press.id, 13, 'starved'), alarm: null });
    for (const stream of [washer, pressed]) {
      await stream.send(db, Infinity, at);
      await foldAll(projector);
    }
    root.stop = { stopId: 'w-1', reasons: [reason] };
    expect((await waits(20))[0]).toEqual([press.id, { state: 'starved', from: at + 13 * minute, root }]);
    const [line] = await readBoard(db, force, at + 20 * minute, wholePlant);
    expect(line?.standsAt).toEqual({ root, waiting: 1 });
    // In a break of its shift the press waits for nobody.
    const { calendar } = force.catalogue;
    const breaks = [{ from: '09:15', to: '09:20' }];
    const shifts = calendar.shifts.map((shift) => ({ ...shift, breaks: shift.id === 'early' ? breaks : [] }));
    const resting = { ...force, catalogue: { ...force.catalogue, calendar: { ...calendar, shifts } } };
    for (const [minutes, stands] of [
      [14, true],
      [19, false],
      [20, true],
    ] as const) {
      const [then] = await readBoard(db, resting, at + minutes * minute, wholePlant);
      expect([minutes, then?.standsAt !== null]).toEqual([minutes, stands]);
    }
    const waited = async (minutes: number) =>
      (await readStop(db, force, 'p-1', at + minutes * minute, wholePlant))?.waitsFor;
    expect(await waited(20)).toEqual({ state: 'starved', from: at + 13 * minute, root });
    expect((await readStop(db, force, 'w-1', at + 20 * minute, wholePlant))?.waitsFor).toBeNull();
    // The stations of the line hear of it: once, of waits that last a while, and that it is over.
    const documents = async () =>
      (
        await db.query<{ scope: string; id: string; body: string | null }>(
          `SELECT scope, id, body FROM document WHERE kind = 'line-wait'`,
        )
      ).map(({ scope, id, body }) => [scope, id, body === null ? null : lineWaitBodySchema.parse(JSON.parse(body))]);
    expect(await publishRoots(db, force, at + 13 * minute + 10_000)).toBe(0);
    expect(await publishRoots(db, force, at + 20 * minute)).toBe(1);
    const told = { lineId: 'L1', machines: [{ machineId: press.id, state: 'starved', from: at + 13 * minute, root }] };
    expect(await documents()).toEqual([['line:L1', 'L1', told]]);
    expect(await publishRoots(db, force, at + 20 * minute + 5_000)).toBe(0);
    // Of a line that is no longer configured what was told is taken back.
    const { configuration } = force;
    expect(await publishRoots(db, { ...force, configuration: { ...configuration, lines: [] } }, at + 20 * minute)).toBe(
      1,
    );
    expect(await documents()).toEqual([['line:L1', 'L1', null]]);
    expect(await publishRoots(db, force, at + 20 * minute)).toBe(1);
    expect(await documents()).toEqual([['line:L1', 'L1', told]]);
    // Nobody knows what the washer does since, and so not why the press waits.
    await heard('ST05', 12);
    expect(await waits(20)).toEqual([
      [press.id, { state: 'starved', from: at + 13 * minute, root: null }],
      [cleaner.id, null],
    ]);
    await heard('ST10', 12);
    expect(await waits(20)).toEqual([
      [press.id, null],
      [cleaner.id, null],
    ]);
    expect((await readBoard(db, force, at + 20 * minute, wholePlant))[0]?.standsAt).toBeNull();
    expect(await publishRoots(db, force, at + 20 * minute)).toBe(1);
    expect(await documents()).toEqual([['line:L1', 'L1', null]]);
    // Of a stop that is over it is told as it was then.
    washer
      .add('slice.begun', of(cleaner.id, 25, 'producing', null))
      .add('stop.ended', { stopId: 'w-1', machineId: cleaner.id, to: at + 25 * minute });
    pressed
      .add('slice.begun', of(press.id, 28, 'producing', null))
      .add('stop.ended', { stopId: 'p-1', machineId: press.id, to: at + 28 * minute });
    for (const stream of [washer, pressed]) {
      await stream.send(db, Infinity, at);
      await foldAll(projector);
    }
    expect(await waited(90)).toEqual({
      state: 'starved',
      from: at + 13 * minute,
      root: { ...root, to: at + 25 * minute },
    });
  });
});
