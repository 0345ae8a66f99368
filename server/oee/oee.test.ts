/**
 * Sums by hour are what the rules compute over the same time, exactly, whatever was told late, said of stops, or configured
 * otherwise, and in whichever order it came.
 */
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import type { BodyOf } from '#contract/events/index.ts';
import { machineStates, type MachineState } from '#contract/machine-state.ts';
import type { Sums } from '#contract/rpc/oee.ts';
import { addSums, sumOf } from '#domain/oee/sums.ts';
import { oeeViewOf } from '#domain/oee/view.ts';
import { windowOf } from '#domain/oee/windows.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { InForce } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import { createLog } from '../log.ts';
import { createProjector } from '../projections/projector.ts';
import { demoConfiguration, demoReleased, held, started, StationStream } from '../projections/test-kit.ts';
import { readWindow } from './read-window.ts';
import { sumUp } from './sum-up.ts';
import { readShiftNow, readTrend } from './trend.ts';

const machineId = 'press-p1';
const minute = 60_000;
const hour = 60 * minute;
/** Two hours before the clocks of Berlin are set back: the day has 25 hours. */
const at = Date.parse('2026-10-24T21:40:00Z');
const now = at + 30 * hour;
const demo = demoConfiguration();
const zoned = (timeZone: string, microUnderMs = 120_000): Configuration => ({
  ...demo,
  hash: `${timeZone} ${microUnderMs}`,
  plant: {
    ...demo.plant,
    timeZone,
    shifts: demo.plant.shifts.map((shift) => ({
      ...shift,
      breaks: [],
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    })),
  },
  machines: (demo.machines ?? []).map((machine) => ({ ...machine, stops: { ...machine.stops, microUnderMs } })),
});
const machineIn = (force: InForce) => {
  const machine = force.catalogue.machine(machineId);
  if (machine === null) throw new Error('no press in the demo plant');
  return machine;
};
const heard = async (db: Db, heardAt: number): Promise<void> =>
  void (await db.execute(
    `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state, clock_drift_ms,
       unsent_count, devices_down, blobs_waiting)
     VALUES ('ST10', $1, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)
     ON CONFLICT (station_id) DO UPDATE SET heard_at = excluded.heard_at`,
    [new Date(heardAt)],
  ));
async function tell(db: Db, stream: StationStream, force: () => InForce): Promise<void> {
  await stream.send(db, Infinity, at);
  const react = () => Promise.resolve([]);
  const projector = createProjector({ db, configuration: force, react, log: createLog('silent') });
  while ((await projector.round()) > 0);
}
async function settle(db: Db, force: InForce, when = now): Promise<void> {
  while (await sumUp(db, force, machineIn(force), when));
}
async function slow(db: Db, force: InForce, from: number, to: number, known = now): Promise<Sums> {
  const facts = await readWindow(db, force.catalogue, { machine: machineIn(force), from, to, known });
  const { spans } = oeeViewOf(machineIn(force), { from, to, shift: null }, facts, { ...force, now: to });
  return sumOf(spans);
}
const context = { orderId: 'WO-1', definitionId: 'PMP-100', operationId: '10' };
const idle = { orderId: null, definitionId: null, operationId: null };
const shown = (ordered: boolean) => ({ told: null, alarm: null, context: ordered ? context : idle });
const begun = (minutes: number, state: MachineState, ordered = true): BodyOf<'slice.begun'> => ({
  machineId,
  beganAt: at + minutes * minute,
  state,
  ...shown(ordered),
  clock: 'machine',
});
const restated = (from: number, length: number, state: MachineState): BodyOf<'slices.restated'> => ({
  machineId,
  from: at + from * minute,
  to: at + (from + length) * minute,
  slices: [{ beganAt: at + from * minute, state, ...shown(true) }],
  reason: 'late-values',
  note: '',
});
const counted = (from: number, length: number, produced: number): BodyOf<'pieces.counted'> => ({
  machineId,
  from: at + from * minute,
  to: at + (from + length) * minute,
  kind: 'counted',
  produced,
  good: null,
  scrap: Math.floor(produced / 5),
  counter: { first: 0, last: produced },
  cyclesMs: [],
  context,
});
const opened = (stopId: string, from: number): BodyOf<'stop.opened'> => ({
  stopId,
  machineId,
  from: at + from * minute,
  state: 'fault',
  alarm: null,
  context,
});
const said = (stopId: string, category: 'down' | 'planned' | 'delay'): BodyOf<'stop.classified'> => ({
  stopId,
  machineId,
  partId: stopId,
  revision: 0,
  reason: { id: 'r', title: { en: 'r', de: 'r' }, category, loss: category === 'down' ? 'breakdown' : null },
  note: '',
  offered: null,
});
/** A run of one of few units, or what becomes of one, at any time. */
function tellUnit(stream: StationStream, serial: string, id: string, fate: string, when: number): void {
  const run = { executionId: id, serial, operationId: '10' };
  if (fate === 'held') stream.add('unit.held', held(serial, id), when);
  if (fate === 'scrapped') stream.add('unit.scrapped', { serial, reason: 'crack' }, when);
  if (fate === 'rework') {
    const order = { reworkId: id, nonconformanceId: id, kind: 'rework', operations: ['10'], ends: ['10'] } as const;
    stream.add('unit.rework-ordered', { serial, ...order, operations: ['10'], ends: ['10'] }, when);
  }
  if (fate !== 'passed' && fate !== 'stopped') return;
  stream.add('execution.started', started(id, serial), when - minute);
  if (fate === 'passed') stream.add('execution.passed', run, when);
  else stream.add('execution.stopped', { ...run, cause: 'held' }, when);
}

describeOnDatabases('sums of machine time', (database) => {
  beforeEach(() => database.clear());

  it('are what the rules compute, whatever comes late, is said, or is configured', { timeout: 240_000 }, async () => {
    const { db } = database;
    const minutes = fc.integer({ min: 0, max: 26 * 60 });
    const fact = fc.oneof(
      fc.record({
        type: fc.constant('restated'),
        from: minutes,
        length: fc.integer({ min: 1, max: 400 }),
        state: fc.constantFrom(...machineStates),
      }),
      fc.record({
        type: fc.constant('said'),
        from: minutes,
        length: fc.integer({ min: 1, max: 200 }),
        category: fc.constantFrom('down', 'planned', 'delay'),
      }),
      fc.record({
        type: fc.constant('begun'),
        from: minutes,
        length: fc.constant(0),
        state: fc.constantFrom(...machineStates),
      }),
      fc.record({
        type: fc.constant('unit'),
        from: minutes,
        length: fc.integer({ min: 1, max: 4 }),
        fate: fc.constantFrom('passed', 'stopped', 'held', 'scrapped', 'rework'),
      }),
      fc.record({ type: fc.constant('micro'), from: fc.constant(0), length: fc.integer({ min: 0, max: 60 }) }),
    );
    const history = fc.record({
      zone: fc.constantFrom('Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe'),
      slices: fc.array(
        fc.record({
          length: fc.integer({ min: 1, max: 300 }),
          state: fc.constantFrom(...machineStates),
          ordered: fc.boolean(),
          produced: fc.integer({ min: 0, max: 50 }),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      late: fc.array(fact, { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ zone, slices, late }) => {
        await database.clear();
        await heard(db, now);
        let force = demoReleased(zoned(zone))();
        const stream = new StationStream('ST10', at);
        let [from, n] = [0, 0];
        for (const { length, state, ordered, produced } of slices) {
          stream.add('slice.begun', begun(from, state, ordered)).add('pieces.counted', counted(from, length, produced));
          from += length;
        }
        await tell(db, stream, () => force);
        await settle(db, force);
        for (const one of late) {
          if (one.type === 'restated') stream.add('slices.restated', restated(one.from, one.length, one.state));
          if (one.type === 'begun') stream.add('slice.begun', begun(one.from, one.state));
          if (one.type === 'said') {
            const stopId = `s-${(n += 1)}`;
            stream.add('stop.opened', opened(stopId, one.from)).add('stop.classified', said(stopId, one.category));
            stream.add('stop.ended', { stopId, machineId, to: at + (one.from + one.length) * minute });
            // Cards of one machine do not overlap; this one is withdrawn before another comes.
            if (n > 1)
              stream.add('stop.restated', {
                stopId: `s-${n - 1}`,
                machineId,
                fate: 'withdrawn',
                into: null,
                from: at,
                to: at,
                parts: [{ partId: `s-${n - 1}`, from: at, classified: null }],
                lost: [],
              });
          }
          if (one.type === 'unit')
            tellUnit(stream, `U-${one.length}`, `x-${(n += 1)}`, one.fate, at + one.from * minute);
          if (one.type === 'micro') force = demoReleased(zoned(zone, one.length * minute))();
          await tell(db, stream, () => force);
          // Sometimes it is summed up in between, sometimes several changes wait.
          if (one.from % 2 === 0) await settle(db, force);
        }
        await settle(db, force);
        expect(await db.query('SELECT * FROM machine_unsummed')).toEqual([]);
        const [row] = await db.query<{ from_at: number; until_at: number }>('SELECT * FROM machine_summed');
        expect(row?.until_at).toBeLessThanOrEqual(now);
        const begin = row?.from_at ?? 0;
        const trend = await readTrend(db, force, machineIn(force), { step: 'day', count: 3 }, now);
        expect(trend.pending).toBe(false);
        const whole = await slow(db, force, begin, now);
        expect(addSums(trend.periods.map(({ sums }) => sums))).toEqual(whole);
        for (const { from: a, to: b, sums } of trend.periods.filter((period) => period.to > begin))
          expect(sums).toEqual(await slow(db, force, Math.max(a, begin), Math.min(b, now)));
        // Another machine does the same a minute later, and one was never watched: each answer is its own.
        await db.execute(
          `INSERT INTO machine_slice (machine_id, began_at, state, station_id)
           SELECT 'copy', began_at + 60000, state, station_id FROM machine_slice WHERE machine_id = $1`,
          [machineId],
        );
        const [copy, never] = ['copy', 'never'].map((id) => ({ ...machineIn(force), id }));
        const [first, shift, last] = await readShiftNow(db, force, [copy!, machineIn(force), never!], now);
        expect([first]).toEqual(await readShiftNow(db, force, [copy!], now));
        expect(last).toMatchObject({ machineId: 'never', sums: { produced: 0, ms: { APT: 0 } } });
        const window = windowOf({ kind: 'shift', key: null }, now, force.catalogue.calendar);
        expect(shift?.sums).toEqual(await slow(db, force, window?.from ?? now, Math.min(window?.to ?? now, now)));
      }),
      { numRuns: Number(process.env['LINEWRIGHT_RUNS'] ?? 12) },
    );
  });

  it('a day on which the clocks are set back has 25 hours; what is told anew says when and why; silence is unknown', async () => {
    const { db } = database;
    const force = demoReleased(zoned('Europe/Berlin'))();
    const machine = machineIn(force);
    await heard(db, now);
    const stream = new StationStream('ST10', at).add('slice.begun', begun(0, 'producing'));
    await tell(db, stream, () => force);
    await settle(db, force);
    const trend = (count: number, when = now) => readTrend(db, force, machine, { step: 'day', count }, when);
    const [, sunday] = (await trend(3)).periods;
    expect((sunday?.to ?? 0) - (sunday?.from ?? 0)).toBe(25 * hour);
    expect(Object.values(sunday?.sums.ms ?? {}).reduce((sum, ms) => sum + ms, 0)).toBe(25 * hour);
    expect((await trend(3)).anew).toEqual([]);
    expect(sunday?.anewAt).toBeNull();
    // The same told again changes nothing and is not told anew.
    stream.add('slices.restated', { ...restated(60, 30, 'producing') });
    await tell(db, stream, () => force);
    await settle(db, force, now + minute);
    expect((await trend(3)).anew).toEqual([]);
    stream.add('slices.restated', restated(130, 30, 'fault')).add('pieces.counted', counted(70, 5, 10));
    await tell(db, stream, () => force);
    expect((await trend(3)).pending).toBe(true);
    await settle(db, force, now + 2 * minute);
    const after = await trend(3);
    expect(after).toMatchObject({ pending: false, anew: [{ at: now + 2 * minute, why: 'machine' }] });
    expect(after.periods[1]?.anewAt).toBe(now + 2 * minute);
    expect(after.periods[1]?.sums).toMatchObject({ lossMs: { breakdown: 30 * minute }, produced: 10 });
    // Its station is not heard any more: nobody knows what it does, and no hour is summed up as if it went on.
    const later = now + 48 * hour;
    await settle(db, force, later);
    const silent = await trend(4, later);
    expect(silent.summedUntil).toBeLessThanOrEqual(now);
    expect(silent.periods.at(-2)?.sums.ms).toMatchObject({ APT: 0 });
    const unknown = await readShiftNow(db, force, [machine], later);
    expect(unknown[0]?.sums.ms.APT).toBe(0);
    // Sums can be thrown away at any time.
    await db.execute('TRUNCATE machine_hour, machine_summed, machine_unsummed');
    await heard(db, now);
    await settle(db, force, now + 2 * minute);
    expect((await trend(3, now)).periods.map(({ sums }) => sums)).toEqual(after.periods.map(({ sums }) => sums));
  });

  it('a stop of weeks that is told late is summed up in pieces, and that ends', async () => {
    const { db } = database;
    const force = demoReleased(zoned('Europe/Berlin'))();
    const later = at + 25 * 24 * hour;
    await heard(db, later);
    const stream = new StationStream('ST10', at).add('slice.begun', begun(0, 'producing'));
    await tell(db, stream, () => force);
    await settle(db, force, later);
    stream.add('slices.restated', restated(60, 20 * 24 * 60, 'fault'));
    await tell(db, stream, () => force);
    let pieces = 0;
    while (await sumUp(db, force, machineIn(force), later)) expect((pieces += 1)).toBeLessThan(6);
    expect(pieces).toBeGreaterThan(2);
    expect(await db.query('SELECT * FROM machine_unsummed')).toEqual([]);
    const { periods } = await readTrend(db, force, machineIn(force), { step: 'day', count: 27 }, later);
    expect(addSums(periods.map(({ sums }) => sums))).toEqual(await slow(db, force, at - 40 * minute, later, later));
  });

  it('two instances share the work: a machine that one is at is left to it', async () => {
    const { db } = database;
    const force = demoReleased(zoned('Europe/Berlin'))();
    await heard(db, now);
    await tell(db, new StationStream('ST10', at).add('slice.begun', begun(0, 'producing')), () => force);
    const other = database.open();
    await Promise.all([settle(db, force), settle(other, force)]);
    await settle(db, force);
    await other.close();
    const [row] = await db.query<{ n: number; hours: number }>(
      'SELECT count(*)::int AS n, count(DISTINCT hour_at)::int AS hours FROM machine_hour',
    );
    // 21:00 UTC of that day until five minutes before the thirtieth hour.
    expect(row?.hours).toBe(30);
  });
});
