/** What became of units that ran on a machine: the station and the plant come to the same pieces and figures from the same facts. */
import { call } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DispositionKind } from '#contract/config/defects.ts';
import type { Configuration } from '#contract/config/index.ts';
import { machineFileSchema } from '#contract/config/machines.ts';
import { shiftSchema } from '#contract/config/plant.ts';
import type { OeeWindow, Sums, UnitsView } from '#contract/rpc/oee.ts';
import { defectConfiguration } from '#domain/nonconformances/test-defects.ts';
import { figuresOf } from '#domain/oee/figures.ts';
import { localDay } from '#domain/people/local-day.ts';
import { addSums, sumOf } from '#domain/oee/sums.ts';
import { oeeViewOf } from '#domain/oee/view.ts';
import { windowOf } from '#domain/oee/windows.ts';
import { startAt } from '#domain/test-kit.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { createLog as createStationLog } from '#station/log.ts';
import { createNonconformancesRouter } from '#station/nonconformances/rpc.ts';
import { createEnergyRouter } from '#station/energy/rpc.ts';
import { createOeeRouter } from '#station/oee/rpc.ts';
import { Signal } from '#station/streams/signal.ts';
import { Photos } from '#station/photos/photos.ts';
import { temporaryFolder } from '#station/store/test-kit.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { releasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import { sql as machineUnits } from '../db/migrations/0207-machine-units.ts';
import { energyOverview } from '../energy/read.ts';
import { createLog } from '../log.ts';
import { createProjector } from '../projections/projector.ts';
import { StationStream } from '../projections/test-kit.ts';
import { wholePlant } from '../rpc/sight.ts';
import { readWindow } from './read-window.ts';
import { sumUp } from './sum-up.ts';
import { readTrend } from './trend.ts';

const title = { en: 'Press', de: 'Presse' };
const minute = 60_000;
const hour = 60 * minute;
const machineId = 'press';
/** A shift of twelve hours that began an hour ago, by UTC. */
const began = Math.floor(startAt / hour) * hour - hour;
const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
const configuration = (): Configuration => {
  const of = defectConfiguration();
  const shift = { id: 'a', title, from: clock(began), to: clock(began + 12 * hour), breaks: [] };
  return {
    ...of,
    plant: {
      ...of.plant,
      timeZone: 'UTC',
      shifts: [shiftSchema.parse({ ...shift, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] })],
    },
    machines: [
      machineFileSchema.parse({
        schema: 'linewright/machine@1',
        id: machineId,
        title,
        station: 'ST10',
        state: { from: 'hand' },
        rates: [{ cycleMs: 60_000, revision: '1' }],
        meter: { tag: 'press.energy', step: 0.001, rollOver: 1_000, mostPerHour: 60 },
      }),
    ],
  };
};

let station: TestStation;
let folder: ReturnType<typeof temporaryFolder>;
let photos: Photos;
let stream: StationStream;
beforeEach(() => {
  folder = temporaryFolder();
  station = new TestStation('ST10', configuration());
  photos = new Photos(folder.path, station.clock, createStationLog('silent'), () => Promise.resolve(null));
  stream = new StationStream('ST10', startAt);
  station.signIn('lead', 'right');
  const seen = {
    kind: 'state',
    clock: 'machine',
    beganAt: began,
    state: 'producing',
    told: null,
    alarm: null,
  } as const;
  expect(station.core.dispatch({ type: 'machine.observe', machineId, seen: [seen] }, null).ok).toBe(true);
});
afterEach(async () => {
  await station.close();
  folder[Symbol.dispose]();
});

const router = () => createNonconformancesRouter(station.core, photos);
function build(serial: string, times = 1): void {
  for (let n = 0; n < times; n += 1) {
    expect(station.start(serial), serial).toMatchObject({ ok: true });
    station.clock.advance(5 * minute);
    expect(station.act({ type: 'instruction', do: 'confirm' }), serial).toMatchObject({ ok: true });
  }
}
async function record(serial: string): Promise<string> {
  const subject = { kind: 'units', serials: [serial] } as const;
  const made = await call(router().record, {
    commandId: station.id(),
    defectId: 'scratch',
    subject: { ...subject, serials: [...subject.serials] },
    mark: null,
  });
  if (!made.ok) throw new Error(JSON.stringify(made.refusal.reasons));
  return made.value.nonconformanceId;
}
async function dispose(id: string, kind: DispositionKind, serial: string, operations: string[] = []): Promise<void> {
  station.clock.advance(minute);
  const said = { nonconformanceId: id, kind, serials: [serial], quantity: 1, operations, reason: 'seen' };
  expect(await call(router().dispose, { commandId: station.id(), ...said })).toMatchObject({ ok: true });
}

const window: OeeWindow = { kind: 'shift', key: null };
interface Told {
  readonly units: UnitsView['units'];
  readonly sums: Sums;
}
async function atStation(): Promise<Told> {
  const oee = createOeeRouter(station.core);
  const view = await call(oee.view, { machineId, window });
  const units = await call(oee.units, { machineId, window });
  return { units: units?.units ?? [], sums: sumOf(view?.spans ?? []) };
}

const force = releasedConfiguration(configuration)();
const machine = force.catalogue.machine(machineId)!;
async function toPlant(db: Db): Promise<void> {
  const records = station.store.read.all<{ record: string }>('SELECT record FROM event ORDER BY seq');
  for (const { record } of records.slice(stream.facts.length)) stream.text(record);
  await stream.send(db, Infinity, startAt);
  const projector = createProjector({
    db,
    configuration: () => force,
    react: () => Promise.resolve([]),
    log: createLog('silent'),
  });
  while ((await projector.round()) > 0);
}
async function atPlant(db: Db): Promise<Told> {
  const now = station.clock.now();
  const asked = windowOf(window, now, force.catalogue.calendar)!;
  const facts = await readWindow(db, force.catalogue, { machine, from: asked.from, to: now, known: now });
  return { units: facts.units, sums: sumOf(oeeViewOf(machine, asked, facts, { ...force, now }).spans) };
}
async function summedUp(db: Db): Promise<Sums> {
  const now = station.clock.now();
  await db.execute(
    `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state, clock_drift_ms,
       unsent_count, devices_down, blobs_waiting)
     VALUES ('ST10', $1, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)
     ON CONFLICT (station_id) DO UPDATE SET heard_at = excluded.heard_at`,
    [new Date(now)],
  );
  while (await sumUp(db, force, machine, now));
  return addSums((await readTrend(db, force, machine, { step: 'day', count: 2 }, now)).periods.map(({ sums }) => sums));
}
const fates = ({ units }: Told): string[] =>
  units.map(
    ({ serial, operationId, fate, firstPassed }) => `${serial} ${operationId} ${fate}${firstPassed ? ' GP' : ''}`,
  );

/** The meter counts on for some minutes of the clock; a minute is in no two quarters of an hour. */
function use(steps: number): void {
  const from = station.clock.now();
  station.clock.advance(minute);
  const counter = { first: 0, last: steps / 1_000 };
  const told = [{ from, to: station.clock.now(), steps, knownMs: minute, openSteps: 0, counter }];
  const meter = { step: 0.001, unit: 'kW.h' } as const;
  const outcome = station.core.dispatch({ type: 'energy.observe', machineId, meter, told, doubts: [] }, null);
  expect(outcome.ok, JSON.stringify(outcome)).toBe(true);
}
const noWatch = { changed: new Signal<void>(), now: () => [] };

describeOnDatabases('units of a machine', (database) => {
  beforeEach(() => database.clear());

  it('are its good pieces where nothing counts them: energy of each', { timeout: 240_000 }, async () => {
    const { db } = database;
    const day = localDay(startAt, 'UTC');
    const perGood = async (): Promise<readonly (number | null | undefined)[]> => {
      const here = await call(createEnergyRouter(station.core, noWatch).summary, { machineId, window });
      await toPlant(db);
      await summedUp(db);
      const overview = await energyOverview(db, force, { from: day, to: day }, station.clock.now(), wholePlant);
      const [there] = overview.machines;
      expect(there?.sums).toMatchObject({ energy: here?.energy, good: here?.good, perGood: here?.perGood });
      return [here?.good, here?.perGood];
    };
    use(900);
    expect(await perGood()).toEqual([null, null]);
    build('P-1', 2);
    build('P-2');
    expect(await perGood()).toEqual([3, 0.3]);
    station.clock.advance(2 * hour);
    await dispose(await record('P-2'), 'scrap', 'P-2');
    // Told anew, also where it was summed up.
    expect(await perGood()).toEqual([2, 0.45]);
  });

  it(
    'are the same pieces at the station and in the plant, whatever becomes of them later',
    { timeout: 60_000 },
    async () => {
      const { db } = database;
      const same = async (expected: readonly string[]): Promise<Sums> => {
        const here = await atStation();
        await toPlant(db);
        const there = await atPlant(db);
        expect(fates(here)).toEqual(expected);
        expect(there).toEqual(here);
        // Hours that were summed up before are told anew, so that what is kept says the same.
        expect(await summedUp(db)).toEqual(here.sums);
        return here.sums;
      };

      build('P-1', 3);
      build('P-2');
      // Under way: no piece yet.
      expect(station.start('P-3')).toMatchObject({ ok: true });
      const good = ['P-1 10 good GP', 'P-1 20 good GP', 'P-1 30 good GP'];
      await same([...good, 'P-2 10 good GP']);
      expect(station.act({ type: 'instruction', do: 'confirm' })).toMatchObject({ ok: true });
      station.clock.advance(2 * hour);
      // Hours later: one is found faulty and waits, then is scrap; another goes through rework.
      const scratched = await record('P-2');
      const held = await same([...good, 'P-2 10 waiting', 'P-3 10 good GP']);
      expect(held).toMatchObject({ produced: 5, good: 4, scrap: 0, unitsWaiting: 1, byUnits: 5 });
      await dispose(scratched, 'scrap', 'P-2');
      await same([...good, 'P-2 10 scrap', 'P-3 10 good GP']);
      await dispose(await record('P-1'), 'rework', 'P-1', ['20']);
      const again = ['P-1 10 good GP', 'P-1 20 rework', 'P-1 30 rework', 'P-2 10 scrap', 'P-3 10 good GP'];
      await same(again);
      build('P-1', 2);
      const sums = await same([...again, 'P-1 20 good', 'P-1 30 good']);
      const figures = figuresOf(sums);
      expect(figures['first-pass-yield'].value).toBe(2 / 5);
      expect(figures['rework-ratio'].value).toBe(2 / 7);
      expect(figures['quality-ratio'].value).toBe(4 / 7);
      expect(figures['scrap-ratio'].value).toBe(1 / 7);
      const trend = await readTrend(db, force, machine, { step: 'day', count: 2 }, station.clock.now());
      expect(trend.anew.map(({ why }) => why)).toContain('units');
      // Folded again from the facts, with what the migration fills left to the fold.
      const before = await atPlant(db);
      const projector = createProjector({
        db,
        configuration: () => force,
        react: () => Promise.resolve([]),
        log: createLog('silent'),
      });
      await projector.rebuild();
      expect(await atPlant(db)).toEqual(before);
      // What migration 0207 fills where an older server had folded all of it is what the fold writes.
      const filled = async () => [
        await db.query('SELECT execution_id, reworks FROM execution WHERE reworks IS NOT NULL ORDER BY 1'),
        await db.query('SELECT serial, nonconformance_id, operation_id FROM nonconformance_scrap ORDER BY 1, 2'),
      ];
      const folded = await filled();
      expect(folded.map(({ length }) => length)).toEqual([2, 1]);
      await db.execute('UPDATE execution SET reworks = NULL; DELETE FROM nonconformance_scrap');
      const statements = machineUnits.match(/^(?:UPDATE|INSERT)[^;]*;/gm) ?? [];
      expect(statements).toHaveLength(2);
      for (const statement of statements) await db.execute(statement);
      expect(await filled()).toEqual(folded);
    },
  );
});
