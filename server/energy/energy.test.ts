/**
 * Energy on the server: folded in pages of any size, over days of the plant, and moved by a past that is told anew; hours that are
 * summed up give exactly what the facts do.
 */
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import type { MachineFile } from '#contract/config/machines.ts';
import { machineStates, type MachineState } from '#contract/machine-state.ts';
import { summarise, toldBy, type EnergySummary } from '#domain/energy/summary.ts';
import { tile } from '#domain/machines/series.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Db } from '../db/db.ts';
import { createLog } from '../log.ts';
import { sumUp } from '../oee/sum-up.ts';
import { readCounts, readSlices } from '../machines/read-time.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoReleased, StationStream } from '../projections/test-kit.ts';
import { wholePlant } from '../rpc/sight.ts';
import { energyOverview } from './read.ts';
import { readEnergy } from './read-told.ts';

const configuration = demoReleased();
const machineId = 'press-p1';
const minute = 60_000;
const quarter = 15 * minute;
/** 23:00 of the plant (Europe/Berlin, UTC+1) on 20 November. */
const at = Date.UTC(2026, 10, 20, 22);
const range = { from: '2026-11-20', to: '2026-11-21' };
const context = { orderId: 'WO-1', definitionId: 'PMP-100', operationId: '10' };

async function foldAll(projector: Projector): Promise<void> {
  while ((await projector.round()) > 0);
}
const begun = (minutes: number, state: MachineState): BodyOf<'slice.begun'> => {
  const beganAt = at + minutes * minute;
  return { machineId, beganAt, state, told: null, alarm: null, context, clock: 'machine' };
};
const used = (minutes: number, until: number, steps: number, more = {}): BodyOf<'energy.used'> => ({
  machineId,
  from: at + minutes * minute,
  to: at + until * minute,
  steps,
  step: 0.001,
  unit: 'kW.h',
  knownMs: (until - minutes) * minute,
  openSteps: 0,
  counter: { first: 0, last: 0 },
  state: 'no-data',
  context,
  ...more,
});
/** An hour at 12 kW, then a fault at 3 kW; an outage over midnight, then work again. */
function told(): StationStream {
  const stream = new StationStream('ST10', at).add('slice.begun', begun(0, 'producing'));
  for (let n = 0; n < 2; n += 1) stream.add('energy.used', used(n * 15, n * 15 + 15, 3_000));
  stream.add('slice.begun', begun(30, 'fault')).add('energy.used', used(30, 45, 750));
  stream.add('slice.begun', begun(45, 'no-data'));
  stream.add('slice.begun', begun(70, 'producing'));
  stream.add('energy.used', used(45, 75, 0, { knownMs: 0, openSteps: 1_234 }));
  stream.add('energy.used', used(75, 90, 2_500.0));
  stream.add('pieces.counted', {
    machineId,
    from: at,
    to: at + 30 * minute,
    kind: 'counted',
    produced: 60,
    good: null,
    scrap: 10,
    counter: { first: 0, last: 60 },
    cyclesMs: [],
    context,
  });
  return stream;
}

const counted = (minutes: number, until: number, produced: number): BodyOf<'pieces.counted'> => ({
  machineId,
  from: at + minutes * minute,
  to: at + until * minute,
  kind: 'counted',
  produced,
  good: null,
  scrap: Math.floor(produced / 3),
  counter: { first: 0, last: produced },
  cyclesMs: [],
  context,
});
const restated = (minutes: number, until: number, state: MachineState): BodyOf<'slices.restated'> => ({
  machineId,
  from: at + minutes * minute,
  to: at + until * minute,
  slices: [{ beganAt: at + minutes * minute, state, told: null, alarm: null, context }],
  reason: 'by-hand',
  note: '',
});
/** As the station computes a window: from all of its facts together. */
async function atOnce(db: Db, machine: MachineFile, from: number, to: number): Promise<Partial<EnergySummary>> {
  const meter = machine.meter!;
  const [told, slices, counts] = await Promise.all([
    readEnergy(db, machineId, from, to),
    readSlices(db, machineId, from, to),
    readCounts(db, machineId, from, to),
  ]);
  const tiles = tile(machineId, slices, from, to);
  const {
    quarters: _quarters,
    byOrder: _orders,
    byState: _states,
    ...sums
  } = summarise(meter, { from, to }, toldBy(meter, told).spans, tiles, counts);
  return sums;
}

describeOnDatabases('energy', (database) => {
  beforeEach(() => database.clear());
  const overview = (asked = range, now = at + 2 * 86_400_000) =>
    energyOverview(database.db, configuration(), asked, now, wholePlant);

  it('by machine and day, in pages of any size and after a rebuild; told anew, it is of another state', async () => {
    const { db } = database;
    for (const size of [1, Infinity]) {
      await database.clear();
      const projector = createProjector({
        db,
        configuration,
        react: () => Promise.resolve([]),
        log: createLog('silent'),
      });
      const stream = told();
      while (stream.stored < stream.facts.length) {
        await stream.send(db, size, at);
        await foldAll(projector);
      }
      const first = await overview();
      expect(first).toMatchObject({ today: '2026-11-22', timeZone: 'Europe/Berlin', to: at + 25 * 60 * minute });
      const [machine] = first.machines;
      expect(machine).toMatchObject({ machineId, stationId: 'ST10', lineId: 'L1', betweenDays: 1.234 });
      expect(machine?.sums).toMatchObject({ unit: 'kW.h', energy: 10.484, open: 1.234, good: 50, otherMeter: false });
      expect(machine?.sums.perGood).toBeCloseTo(10.484 / 50, 12);
      expect(machine?.sums.idle).toMatchObject({ energy: 0.75, ms: quarter });
      expect(machine?.sums.peak).toEqual({ from: at, perHour: 12 });
      expect(machine?.days.map(({ day, energy, open, peak }) => [day, energy, open, peak?.perHour ?? null])).toEqual([
        ['2026-11-20', 6.75, 0, 12],
        ['2026-11-21', 2.5, 0, 10],
      ]);
      await projector.rebuild();
      expect(await overview()).toEqual(first);
      await stream
        .add('slices.restated', {
          machineId,
          from: at + 30 * minute,
          to: at + 45 * minute,
          slices: [{ beganAt: at + 30 * minute, state: 'setup', told: null, alarm: null, context }],
          reason: 'by-hand',
          note: '',
        })
        .send(db, Infinity, at);
      await foldAll(projector);
      const [anew] = (await overview()).machines;
      expect(anew?.sums).toMatchObject({ energy: 10.484, idle: { energy: 0, ms: 0 } });
      expect(anew?.days[0]?.byState.find(({ state }) => state === 'setup')).toMatchObject({ energy: 0.75 });
    }
  });

  it('a station that was put back tells a quarter twice: the meter counted it once; another meter is not added', async () => {
    const { db } = database;
    const projector = createProjector({
      db,
      configuration,
      react: () => Promise.resolve([]),
      log: createLog('silent'),
    });
    await told().send(db, Infinity, at);
    const again = new StationStream('ST10', at, 'e2')
      .add('energy.used', used(0, 15, 3_000))
      .add('energy.used', used(16, 30, 2_800))
      .add('energy.used', used(100, 110, 7, { step: 1 }));
    await again.send(db, Infinity, at);
    await foldAll(projector);
    expect((await overview()).machines[0]?.sums).toMatchObject({ energy: 10.484, otherMeter: true });
  });

  it('kept by hour is what the facts say, whatever comes late, in which order, and wherever an outage lies', async () => {
    const { db } = database;
    const [press] = configuration().catalogue.machines.filter(({ id }) => id === machineId);
    if (press === undefined) throw new Error('no press in the demo plant');
    const now = at + 50 * 60 * minute;
    const projector = createProjector({
      db,
      configuration,
      react: () => Promise.resolve([]),
      log: createLog('silent'),
    });
    const settle = async (when: number): Promise<void> => {
      while (await sumUp(db, configuration(), press, when));
    };
    const state = fc.constantFrom(...machineStates);
    const history = fc.record({
      slices: fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 400 }), state }), {
        minLength: 1,
        maxLength: 12,
      }),
      // Of the meter: whole quarters, parts of them, and outages of any length.
      told: fc.array(
        fc.record({
          minutes: fc.integer({ min: 1, max: 200 }),
          kind: fc.constantFrom('told', 'told', 'told', 'outage', 'silent', 'other'),
          steps: fc.integer({ min: 0, max: 5_000 }),
        }),
        { minLength: 1, maxLength: 40 },
      ),
      counts: fc.array(
        fc.record({ minutes: fc.integer({ min: 1, max: 90 }), produced: fc.integer({ min: 0, max: 9 }) }),
        {
          maxLength: 30,
        },
      ),
      late: fc.array(
        fc.record({ from: fc.integer({ min: 0, max: 2_400 }), length: fc.integer({ min: 1, max: 300 }), state }),
        {
          maxLength: 4,
        },
      ),
      order: fc.integer({ min: 1, max: 5 }),
    });
    let hoursInAll = 0;
    await fc.assert(
      fc.asyncProperty(history, async ({ slices, told: spans, counts, late, order }) => {
        await database.clear();
        await db.execute(
          `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state,
             clock_drift_ms, unsent_count, devices_down, blobs_waiting)
           VALUES ('ST10', $1, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)`,
          [new Date(now)],
        );
        const facts: ((stream: StationStream) => unknown)[] = [];
        let from = 0;
        for (const one of slices) {
          const minutes = from;
          facts.push((stream) => stream.add('slice.begun', begun(minutes, one.state)));
          from += one.minutes;
        }
        from = 0;
        for (const { minutes, kind, steps } of spans) {
          const end = from + minutes;
          if (kind === 'outage') {
            const body = used(from, end, 0, { knownMs: 0, openSteps: steps + 1 });
            facts.push((stream) => stream.add('energy.used', body));
          }
          // Never over a quarter.
          for (let begin = from; begin < end && kind !== 'outage' && kind !== 'silent';) {
            const until = Math.min(end, (Math.floor(begin / 15) + 1) * 15);
            const body = used(begin, until, steps % (97 * minutes), kind === 'other' ? { step: 1 } : {});
            facts.push((stream) => stream.add('energy.used', body));
            begin = until;
          }
          from = end;
        }
        from = 0;
        for (const { minutes, produced } of counts) {
          const body = counted(from, from + minutes, produced);
          facts.push((stream) => stream.add('pieces.counted', body));
          from += minutes;
        }
        for (const one of late)
          facts.push((stream) => stream.add('slices.restated', restated(one.from, one.from + one.length, one.state)));
        const stream = new StationStream('ST10', at);
        // In some order; summed up in between, as far as time has come.
        const rounds = Array.from({ length: order }, (_, n) => facts.filter((_fact, index) => index % order === n));
        for (const [n, round] of rounds.entries()) {
          for (const tell of round) tell(stream);
          await stream.send(db, Infinity, at);
          await foldAll(projector);
          if (n % 2 === 0) await settle(now - (rounds.length - 1 - n) * 11 * 60 * minute);
        }
        const days = { from: '2026-11-19', to: '2026-11-23' };
        const marked = await overview(days, now);
        await settle(now);
        const kept = await overview(days, now);
        const [hours] = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM machine_energy_hour');
        hoursInAll += hours?.n ?? 0;
        await db.execute('TRUNCATE machine_summed');
        const slow = await overview(days, now);
        // Of equal ones the order is of no meaning.
        const sorted = (plant: typeof slow) =>
          JSON.parse(
            JSON.stringify(plant, (key, value) =>
              key === 'byState'
                ? value.toSorted((a: { state: string }, b: { state: string }) => (a.state < b.state ? -1 : 1))
                : value,
            ),
          ) as unknown;
        expect(sorted(kept)).toEqual(sorted(slow));
        expect(sorted(marked)).toEqual(sorted(slow));
        // Days and hours are sums of what the window gives at once.
        const [machine] = slow.machines;
        const [of, to] = [slow.from, slow.to];
        const whole = await atOnce(db, press, of, to);
        expect(machine?.sums).toMatchObject({ ...whole, byState: expect.any(Array) });
      }),
      { numRuns: Number(process.env['LINEWRIGHT_RUNS'] ?? 15) },
    );
    // A history may be short; all of them together are not.
    expect(hoursInAll).toBeGreaterThan(40);
  }, 240_000);

  it('a person of another line reads nothing; a range that has not begun is empty, not an error', async () => {
    const { db } = database;
    await told().send(db, Infinity, at);
    await foldAll(createProjector({ db, configuration, react: () => Promise.resolve([]), log: createLog('silent') }));
    const nobody = { ...wholePlant, lines: [], stations: [] };
    expect((await energyOverview(db, configuration(), range, at, nobody)).machines).toEqual([]);
    const ahead = await overview({ from: '2026-12-01', to: '2026-12-02' }, at);
    expect(ahead.machines[0]).toMatchObject({ days: [], betweenDays: 0, sums: { energy: 0, peak: null } });
  });
});
